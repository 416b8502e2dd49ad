/*
 * EnvelopedData to RSA keys or to a password (RFC 5652 6), read and opened with
 * EVP. Sealing one is envelope_writer.h.
 *
 * The reader is ours because CMS_decrypt accepts any number of recipients
 * before anything can be counted, and does not tell to whom a message that we
 * cannot open was addressed. The unit tests hold it against CMS_encrypt.
 */
#pragma once

#include "common/cms.h"

/* One RecipientInfo; views point into the envelope's bytes. One that is no KeyTransRecipientInfo
 * keeps its place and names nobody. A PasswordRecipientInfo is decoded when it is opened. */
struct envelope_recipient {
	struct cms_identifier identifier;
	struct bytes algorithm;       /* content octets of the key transport OID */
	enum key_transport transport; /* KEY_TRANSPORT_COUNT: one we do not know */
	struct bytes encrypted_key;
	struct bytes password_info; /* content of a PasswordRecipientInfo; data NULL: it is none */
};

/* As read, still closed. Owns a copy of the input. */
struct envelope {
	struct buffer der;
	struct buffer joined; /* the encrypted content when it came in chunks */
	struct envelope_recipient recipients[LIMIT_RECIPIENTS];
	size_t recipient_count;
	struct bytes cipher_oid;
	const struct cipher_algorithm *cipher; /* NULL: one we do not know */
	struct bytes iv;
	struct bytes encrypted_content;
};

#define ENVELOPE_CLEANUP __attribute__((cleanup(envelope_done)))

/*
 * Decodes a ContentInfo of type envelopedData, or the bare EnvelopedData that stands in a
 * SignedData whose eContentType is envelopedData (RFC 5652 5.2); BER or DER. An unknown cipher or
 * key transport is not refused here. DONE or REFUSED. On any return envelope_done is safe.
 */
int envelope_read(struct envelope *out, struct bytes der, struct diag *diag);

void envelope_done(struct envelope *envelope);

/* Returns the first of the first `limit` recipients that names this certificate, or NULL. */
const struct envelope_recipient *envelope_find_recipient(
	const struct envelope *envelope, const struct certificate *certificate, size_t limit);

/* Returns the first PasswordRecipientInfo, or NULL. */
const struct envelope_recipient *envelope_find_password(const struct envelope *envelope);

/* Says that the envelope is not addressed to `expected`, which `role` calls by its name ("the RA
 * encryption certificate"), but to whom, and returns REFUSED. */
int envelope_refuse_addressee(const struct envelope *envelope, const char *role,
	const struct certificate *expected, struct diag *diag);

/*
 * Appends the content, opened with the private key of `recipient`. One private-key operation.
 * DONE; REFUSED, with nothing appended, when the key does not fit, the algorithm is unknown or the
 * padding is wrong; BROKEN (no legacy provider).
 */
int envelope_open(struct buffer *out, const struct envelope *envelope,
	const struct envelope_recipient *recipient, EVP_PKEY *key, struct diag *diag);

/* The same with the password of `recipient`, one with password_info. 30 ms at most. */
int envelope_open_with_password(struct buffer *out, const struct envelope *envelope,
	const struct envelope_recipient *recipient, struct bytes password, struct diag *diag);
