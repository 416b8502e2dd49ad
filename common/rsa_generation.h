/*
 * New RSA keys: the numbers of one, computed from two primes of libcrypto's (RFC 8017 3).
 *
 * EVP_RSA_gen looks for each prime as FIPS 186-4 B.3.6 does, with two auxiliary primes, which takes about
 * three times as long; nothing that NDES does with a key needs that.
 */
#pragma once

#include "common/ossl.h"

/* Makes a new key of `bits` with exponent 65537. The caller frees *out. From any thread. DONE; or BROKEN, also
 * where `bits` is below LIMIT_RSA_BITS_LEAST. */
int rsa_generation_run(EVP_PKEY **out, unsigned bits, struct diag *diag);
