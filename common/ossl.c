#include "common/ossl.h"

#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <pthread.h>

void
ossl_start(void)
{
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
