#include "x509_support.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

EVP_PKEY *
support_new_key(const char *curve, size_t bits)
{
	EVP_PKEY *key = curve ? EVP_EC_gen(curve) : EVP_RSA_gen(bits);

	ck_assert_ptr_nonnull(key);
	return key;
}

struct bytes
support_extension(const X509 *certificate, const char *type)
{
	CLEANUP(ASN1_OBJECT) ASN1_OBJECT *object = OBJ_txt2obj(type, 0);
	int at = X509_get_ext_by_OBJ(certificate, object, -1);
	const ASN1_OCTET_STRING *value;

	ck_assert_msg(at >= 0, "no extension %s", type);
	value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
	return BYTES(ASN1_STRING_get0_data(value), ASN1_STRING_length(value));
}

bool
support_has_purpose(struct bytes certificate, const char *purpose)
{
	CLEANUP(ASN1_OBJECT) ASN1_OBJECT *wanted = OBJ_txt2obj(purpose, 0);
	CLEANUP(X509) X509 *decoded = NULL;
	EXTENDED_KEY_USAGE *purposes;
	bool found = false;

	SUPPORT_DECODE(&decoded, d2i_X509, certificate);
	purposes = X509_get_ext_d2i(decoded, NID_ext_key_usage, NULL, NULL);
	for (int i = 0; purposes && i < sk_ASN1_OBJECT_num(purposes); i++)
		found = found || OBJ_cmp(sk_ASN1_OBJECT_value(purposes, i), wanted) == 0;
	EXTENDED_KEY_USAGE_free(purposes);
	return found;
}
