/*
 * SIGNED{} of X.509: what certificate, certification request and CRL have in
 * common. A SEQUENCE of the content, the algorithm and the signature over the
 * content's DER exactly as it was sent (RFC 5280 4.1.1, RFC 2986 4.2).
 */
#pragma once

#include "common/der.h"
#include "common/key.h"

/* As read; views point into the input. */
struct x509_signed {
	struct bytes content;           /* the whole element that is signed */
	struct der_algorithm algorithm; /* behind the content */
	struct bytes signature;
};

/*
 * Takes the three parts of `der`, behind which nothing may follow, and starts `inside` in the
 * content. `object` outlives `inside`. Returns false with the diag filled.
 */
bool x509_signed_read(struct x509_signed *out, struct der *inside, struct bytes der,
	const char *object, struct diag *diag);

/*
 * Takes the AlgorithmIdentifier that certificates and CRLs repeat inside of what is signed; it
 * must be the one that stands before the signature (RFC 5280 4.1.1.2, 5.1.1.2).
 */
bool x509_signed_take_same_algorithm(struct der *inside, const struct x509_signed *whole);

/*
 * Checks a signature over `content` with the signer's key. DONE: it is right; REFUSED: it is
 * wrong, made with MD5, or its algorithm is unknown or not one for this kind of key; BROKEN.
 */
int x509_signed_verify(const char *object, struct bytes content, struct bytes signature_oid,
	struct bytes signature, EVP_PKEY *signer, struct diag *diag);

/*
 * Appends the AlgorithmIdentifier of signatures by this key: with NULL for RSA (RFC 4055 5), without
 * parameters for ECDSA (RFC 5758 3.2), and with `pss`, which is for RSA alone, those of RSASSA-PSS
 * with the same digest for MGF1 and no salt (RFC 4055 3.1).
 */
void x509_signed_put_algorithm(
	struct buffer *out, EVP_PKEY *signer, const struct digest_algorithm *digest, bool pss);

/* Appends the SEQUENCE around `content`, signed in that way. One private-key operation. DONE or
 * BROKEN. */
int x509_signed_write(struct buffer *out, struct bytes content, EVP_PKEY *signer,
	const struct digest_algorithm *digest, bool pss, struct diag *diag);
