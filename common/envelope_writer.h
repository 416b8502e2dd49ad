/*
 * Sealing an EnvelopedData to one RSA key or to a password (RFC 5652 6).
 *
 * The writer is ours because CMS_encrypt needs an X509 whose key has been
 * through libcrypto's decoder, which costs half as much as the signature of the
 * reply. The unit tests hold it against CMS_decrypt.
 */
#pragma once

#include "common/key.h"

/* To whom and how to seal. `issuer` and `serial` are written as they are. */
struct envelope_plan {
	struct bytes password; /* empty: seal to the key, which the next four say */
	struct bytes issuer;   /* Name */
	struct bytes serial;   /* content octets */
	EVP_PKEY *key;         /* RSA public key */
	enum key_transport transport;
	const struct cipher_algorithm *cipher;
	bool no_recipient; /* to nobody: no RecipientInfo, against RFC 5652 6.1 */
	/* A further recipient, whose RecipientInfo comes first; its certificate, key and transport count. */
	const struct envelope_plan *first;
};

/* Appends a ContentInfo of type envelopedData around `content`. One public-key operation a
 * recipient, * or 2,048 iterations of PBKDF2. DONE, or BROKEN with nothing appended. */
int envelope_seal(struct buffer *out, const struct envelope_plan *plan, struct bytes content,
	struct diag *diag);
