/*
 * RSAPublicKey and RSAPrivateKey (RFC 8017 A.1) between DER and libcrypto's
 * keys: the part of key.h that knows the numbers of an RSA key.
 */
#pragma once

#include "common/der.h"
#include "common/ossl.h"

/* The numbers of an RSAPrivateKey in its order (RFC 8017 A.1.2); RSAPublicKey has the first two. */
enum rsa_number {
	RSA_MODULUS,
	RSA_EXPONENT,
	RSA_PUBLIC_NUMBERS,
	RSA_PRIVATE_EXPONENT = RSA_PUBLIC_NUMBERS,
	RSA_FACTOR1,
	RSA_FACTOR2,
	RSA_EXPONENT1,
	RSA_EXPONENT2,
	RSA_COEFFICIENT,
	RSA_PRIVATE_NUMBERS,
};

struct rsa_values {
	BIGNUM *value[RSA_PRIVATE_NUMBERS]; /* owned; NULL: not known */
};

#define RSA_VALUES_CLEANUP __attribute__((cleanup(rsa_values_done)))

/* Zeroes and releases the numbers. */
void rsa_values_done(struct rsa_values *values);

/* Makes a key of its first `count` numbers: RSA_PUBLIC_NUMBERS or all. The caller frees *out. DONE, or BROKEN,
 * also where one is NULL. */
int rsa_key_make(EVP_PKEY **out, const struct rsa_values *values, size_t count, struct diag *diag);

/* Takes an RSAPublicKey within the limits of key.h. DONE, REFUSED or BROKEN. */
int rsa_key_take_public(EVP_PKEY **out, struct der *der);

/* Takes an RSAPrivateKey of two primes within the same limits. DONE, REFUSED or BROKEN. */
int rsa_key_take_private(EVP_PKEY **out, struct der *der);

/* Appends the key's RSAPublicKey. DONE or BROKEN. */
int rsa_key_put_public(struct buffer *out, EVP_PKEY *key, struct diag *diag);
