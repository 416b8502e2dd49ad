/*
 * id-alg-PWRI-KEK: a content-encryption key wrapped under a key that came out
 * of a password (RFC 3211 2.3, which RFC 5652 6.2.4 and RFC 3370 4.3.3 take
 * over).
 */
#pragma once

#include "common/algorithm.h"
#include "common/ossl.h"

/* The key under which to wrap, and the IV of the inner of the two encryptions. */
struct pwri_kek {
	const struct cipher_algorithm *cipher;
	const uint8_t *key; /* cipher->key_size octets */
	const uint8_t *iv;  /* cipher->block_size octets */
};

/* Appends `content_key` of 3 to 255 octets, wrapped. DONE, or BROKEN with nothing appended. */
int pwri_kek_wrap(struct buffer *out, const struct pwri_kek *kek, struct bytes content_key,
	struct diag *diag);

/*
 * Appends what was wrapped. DONE; REFUSED, with nothing appended, when the check octets do not fit:
 * it was wrapped under another key (one in 2^24 fits nevertheless) or changed (in the middle of a
 * long key that does not show); or BROKEN.
 */
int pwri_kek_unwrap(
	struct buffer *out, const struct pwri_kek *kek, struct bytes wrapped, struct diag *diag);
