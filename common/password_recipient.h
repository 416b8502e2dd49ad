/*
 * PasswordRecipientInfo (RFC 5652 6.2.4): the content-encryption key for whoever
 * knows a password, by PBKDF2 and id-alg-PWRI-KEK. SCEP uses it with the
 * challenge password where the recipient's key cannot decrypt (RFC 8894 3.1).
 */
#pragma once

#include "common/algorithm.h"

/* Appends a PasswordRecipientInfo, as a choice of RecipientInfo, around `content_key` of `cipher`.
 * The same cipher wraps it. DONE or BROKEN. */
int password_recipient_put(struct buffer *out, struct bytes password,
	const struct cipher_algorithm *cipher, struct bytes content_key, struct diag *diag);

/*
 * Appends the content-encryption key from the content octets of a PasswordRecipientInfo. DONE;
 * REFUSED, with nothing appended, when it is malformed, asks for algorithms that we do not know or
 * for too many iterations, or the password is another one; or BROKEN.
 */
int password_recipient_open(
	struct buffer *out, struct bytes info, struct bytes password, struct diag *diag);
