/*
 * EnvelopedData to RSA keys (RFC 5652 6), opened and sealed with EVP.
 *
 * Our own reader and writer instead of CMS_encrypt and CMS_decrypt: those need
 * an X509 whose key has been through libcrypto's decoder, accept any number of
 * recipients before anything can be counted, and do not tell to whom a message
 * that we cannot open was addressed. The unit tests hold both against CMS_*.
 */
#pragma once

#include "common/certificate.h"

#define ENVELOPE_RECIPIENTS_MAX 16

/* One KeyTransRecipientInfo; views point into the envelope's bytes. */
struct envelope_recipient {
	struct bytes issuer;         /* Name; empty when named by subjectKeyIdentifier */
	struct bytes serial;         /* content octets */
	struct bytes key_identifier;
	struct bytes algorithm;      /* content octets of the key transport OID */
	enum key_transport transport; /* KEY_TRANSPORT_COUNT: one we do not know */
	struct bytes encrypted_key;
};

/* As read, still closed. Owns a copy of the input. */
struct envelope {
	struct buffer der;
	struct buffer joined;          /* the encrypted content when it came in chunks */
	struct envelope_recipient recipients[ENVELOPE_RECIPIENTS_MAX];
	size_t recipient_count;
	struct bytes cipher_oid;
	const struct cipher_algorithm *cipher; /* NULL: one we do not know */
	struct bytes iv;
	struct bytes encrypted_content;
};

#define ENVELOPE_CLEANUP __attribute__((cleanup(envelope_done)))

/* Decodes a ContentInfo of type envelopedData, BER or DER. DONE or REFUSED. */
int envelope_read(struct envelope *out, struct bytes der, struct diag *diag);

void envelope_done(struct envelope *envelope);

/* Returns the first of the first `limit` recipients that names this certificate, or NULL. */
const struct envelope_recipient *envelope_find_recipient(const struct envelope *envelope,
	const struct certificate *certificate, size_t limit);

/*
 * Appends the content, opened with the private key of `recipient`. DONE; REFUSED when the key
 * does not fit, the algorithm is unknown or the padding is wrong; BROKEN (no legacy provider).
 */
int envelope_open(struct buffer *out, const struct envelope *envelope,
	const struct envelope_recipient *recipient, EVP_PKEY *key, struct diag *diag);

/* To whom and how to seal. `issuer` and `serial` are written as they are. */
struct envelope_plan {
	struct bytes issuer; /* Name */
	struct bytes serial; /* content octets */
	EVP_PKEY *key;       /* RSA public key */
	enum key_transport transport;
	const struct cipher_algorithm *cipher;
};

/* Appends a ContentInfo of type envelopedData around `content`. One public-key operation.
 * DONE or BROKEN. */
int envelope_seal(struct buffer *out, const struct envelope_plan *plan, struct bytes content,
	struct diag *diag);
