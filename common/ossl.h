/*
 * Scope-bound releases for the OpenSSL objects we use, and the legacy provider.
 */
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>

#include "common/diag.h"

#define OSSL_CLEANUP(type, name)                                                                   \
	static inline void name##_freep(type **object)                                             \
	{                                                                                          \
		name##_free(*object);                                                              \
	}

OSSL_CLEANUP(EVP_PKEY, EVP_PKEY)
OSSL_CLEANUP(EVP_PKEY_CTX, EVP_PKEY_CTX)
OSSL_CLEANUP(EVP_MD_CTX, EVP_MD_CTX)
OSSL_CLEANUP(EVP_CIPHER_CTX, EVP_CIPHER_CTX)
OSSL_CLEANUP(BIGNUM, BN)

/* CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL; */
#define CLEANUP(name) __attribute__((cleanup(name##_freep)))

/* Hands an object over: yields the pointer and leaves NULL behind. */
#define TAKE(pointer)                                                                              \
	__extension__({                                                                            \
		__typeof__(pointer) taken = (pointer);                                             \
		(pointer) = NULL;                                                                  \
		taken;                                                                             \
	})

/*
 * Has libcrypto take its memory from memory.h, so that what it would report as a bad signature, a key that
 * does not fit or damage when memory ran out ends the process there instead. Before any other call into
 * libcrypto; without effect afterwards.
 */
void ossl_take_memory(void);

/*
 * Starts libcrypto, with that, and without the machine's openssl.cnf, which may switch algorithms or providers off: a
 * test server behaves alike everywhere, and starts sooner. The first call into libcrypto of a program.
 */
void ossl_start(void);

/*
 * Makes single DES available by loading OpenSSL's legacy provider on the first call. Returns
 * DONE, or BROKEN when the provider is not installed. Safe from any thread.
 */
int ossl_load_legacy(struct diag *diag);
