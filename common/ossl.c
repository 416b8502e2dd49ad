#include "common/ossl.h"

#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/memory.h"

static void *
take(size_t size, const char *file, int line)
{
	return memory_take(size);
}

/* As CRYPTO_realloc(3): no bytes are a release. */
static void *
resize(void *memory, size_t size, const char *file, int line)
{
	if (size)
		return memory_resize(memory, size);
	free(memory);
	return NULL;
}

static void
release(void *memory, const char *file, int line)
{
	free(memory);
}

void
ossl_take_memory(void)
{
	CRYPTO_set_mem_functions(take, resize, release);
}

void
ossl_start(void)
{
	ossl_take_memory();
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

static pthread_once_t legacy_once = PTHREAD_ONCE_INIT;
static OSSL_PROVIDER *legacy_provider;

static void
load_legacy(void)
{
	/* Loading one provider by hand switches the implicit default one off, so both are named. */
	if (OSSL_PROVIDER_load(NULL, "default"))
		legacy_provider = OSSL_PROVIDER_load(NULL, "legacy");
}

int
ossl_load_legacy(struct diag *diag)
{
	pthread_once(&legacy_once, load_legacy);
	if (legacy_provider)
		return DONE;
	return diag_break_crypto(diag, "single DES",
		"loading OpenSSL's legacy provider (legacy.so of the package libssl3)");
}
