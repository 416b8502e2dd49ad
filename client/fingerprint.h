/*
 * A certificate's fingerprint as people type and read it.
 */
#pragma once

#include "common/certificate.h"

struct fingerprint {
	const struct digest_algorithm *digest;
	uint8_t bytes[EVP_MAX_MD_SIZE];
};

/* Reads 32, 40 or 64 hexadecimal digits (MD5, SHA-1, SHA-256), with any blanks and colons.
 * DONE or REFUSED. */
int fingerprint_parse(struct fingerprint *out, const char *text, struct diag *diag);

/* Tells in `equal` whether the certificate has this fingerprint. DONE or BROKEN. */
int fingerprint_compare(bool *equal, const struct fingerprint *fingerprint,
	const struct certificate *certificate, struct diag *diag);

/* Appends the digest's name and the digits of the certificate's fingerprint: "SHA-256 3fa2...".
 * DONE or BROKEN. */
int fingerprint_describe(struct buffer *out, const struct digest_algorithm *digest,
	const struct certificate *certificate, struct diag *diag);
