#include "x509_support.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <stdlib.h>

EVP_PKEY *
support_new_key(const char *curve, size_t bits)
{
	EVP_PKEY *key = curve ? EVP_EC_gen(curve) : EVP_RSA_gen(bits);

	ck_assert_ptr_nonnull(key);
	return key;
}

int
support_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
