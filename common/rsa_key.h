/*
 * RSAPublicKey and RSAPrivateKey (RFC 8017 A.1) between DER and libcrypto's
 * keys: the part of key.h that knows the numbers of an RSA key.
 */
#pragma once

#include "common/der.h"
#include "common/ossl.h"

/* Takes an RSAPublicKey within the limits of key.h. DONE, REFUSED or BROKEN. */
int rsa_key_take_public(EVP_PKEY **out, struct der *der);

/* Takes an RSAPrivateKey of two primes within the same limits. DONE, REFUSED or BROKEN. */
int rsa_key_take_private(EVP_PKEY **out, struct der *der);

/* Appends the key's RSAPublicKey. DONE or BROKEN. */
int rsa_key_put_public(struct buffer *out, EVP_PKEY *key, struct diag *diag);
