/*
 * What the tests of keys, certificates, requests and CRLs share: throw-away
 * keys, OpenSSL's encodings as buffers, and a runner. A failure of OpenSSL
 * ends the test through check.
 */
#pragma once

#include <check.h>
#include <openssl/x509.h>

#include "common/buffer.h"
#include "common/ossl.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Fails with the words of the diag unless `outcome` is DONE. */
#define ASSERT_DONE(outcome, diag)                                                                 \
	do {                                                                                       \
		char words[DIAG_TEXT_SIZE];                                                        \
		int result = (outcome);                                                            \
		ck_assert_msg(result == DONE, "%s", diag_text(words, (diag)));                     \
	} while (0)

OSSL_CLEANUP(ASN1_OBJECT, ASN1_OBJECT)
OSSL_CLEANUP(X509, X509)

/* Returns a new key of OpenSSL's making; "P-256" or the RSA size in bits when `curve` is NULL. */
EVP_PKEY *support_new_key(const char *curve, size_t bits);

/* Appends what an i2d function of OpenSSL writes. */
#define SUPPORT_ENCODE(out, i2d, object)                                                           \
	do {                                                                                       \
		unsigned char *support_data = NULL;                                                \
		int support_size = i2d((object), &support_data);                                   \
		ck_assert_int_gt(support_size, 0);                                                 \
		buffer_append((out), BYTES(support_data, support_size));                           \
		OPENSSL_free(support_data);                                                        \
	} while (0)

/* Decodes `input` with a d2i function of OpenSSL; fails unless it takes all bytes. */
#define SUPPORT_DECODE(out, d2i, input)                                                            \
	do {                                                                                       \
		struct bytes support_data = (input);                                               \
		const unsigned char *support_next = support_data.data;                             \
		*(out) = d2i(NULL, &support_next, (long)support_data.size);                        \
		ck_assert_ptr_nonnull(*(out));                                                     \
		ck_assert_ptr_eq(support_next, support_data.data + support_data.size);             \
	} while (0)

/* Returns the value of the extension with this name or dotted identifier, as OpenSSL finds it. */
struct bytes support_extension(const X509 *certificate, const char *type);

/* Returns whether OpenSSL finds this purpose in the extended key usage of a certificate in DER. */
bool support_has_purpose(struct bytes certificate, const char *purpose);
