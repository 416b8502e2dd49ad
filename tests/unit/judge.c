#include "judge.h"

#include <check.h>
#include <openssl/cms.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

OSSL_CLEANUP(BIO, BIO)
OSSL_CLEANUP(CMS_ContentInfo, CMS_ContentInfo)

static void
X509_stack_freep(STACK_OF(X509) * *stack)
{
	sk_X509_free(*stack);
}

static void
set_name(X509 *x509, const char *text)
{
	X509_NAME *name = X509_get_subject_name(x509);

	ck_assert_int_eq(X509_NAME_add_entry_by_txt(
				 name, "CN", MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0),
		1);
	ck_assert_int_eq(X509_set_issuer_name(x509, name), 1);
}

static void
set_serial(X509 *x509, const char *hex)
{
	CLEANUP(BN) BIGNUM *number = NULL;

	ck_assert_int_gt(BN_hex2bn(&number, hex), 0);
	ck_assert_ptr_nonnull(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)));
}

static void
set_key_identifier(X509 *x509)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, NID_subject_key_identifier, "hash");
	ck_assert_int_eq(X509_add_ext(x509, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

void
judge_identity_init(
	struct judge_identity *out, EVP_PKEY *key, const char *name, const char *serial_hex)
{
	unsigned char *der = NULL;
	int size;

	*out = (struct judge_identity){.key = key, .x509 = X509_new()};
	ck_assert_int_eq(X509_set_version(out->x509, X509_VERSION_3), 1);
	set_serial(out->x509, serial_hex);
	set_name(out->x509, name);
	ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notBefore(out->x509), 0));
	ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notAfter(out->x509), 86400));
	ck_assert_int_eq(X509_set_pubkey(out->x509, key), 1);
	set_key_identifier(out->x509);
	ck_assert_int_gt(X509_sign(out->x509, key, EVP_sha256()), 0);
	size = i2d_X509(out->x509, &der);
	ck_assert_int_gt(size, 0);
	ck_assert_int_eq(certificate_read(&out->certificate, BYTES(der, (size_t)size), NULL), DONE);
	OPENSSL_free(der);
}

void
judge_identity_done(struct judge_identity *identity)
{
	certificate_done(&identity->certificate);
	X509_free(identity->x509);
	EVP_PKEY_free(identity->key);
}

void
judge_request(struct buffer *out, const struct judge_identity *identity, const char *challenge)
{
	X509_REQ *request = X509_REQ_new();
	unsigned char *der = NULL;
	int size;

	ck_assert_int_eq(
		X509_REQ_set_subject_name(request, X509_get_subject_name(identity->x509)), 1);
	ck_assert_int_eq(X509_REQ_set_pubkey(request, identity->key), 1);
	ck_assert_int_eq(X509_REQ_add1_attr_by_NID(request, NID_pkcs9_challengePassword,
				 MBSTRING_UTF8, (const unsigned char *)challenge, -1),
		1);
	ck_assert_int_gt(X509_REQ_sign(request, identity->key, EVP_sha256()), 0);
	size = i2d_X509_REQ(request, &der);
	ck_assert_int_gt(size, 0);
	buffer_append(out, BYTES(der, (size_t)size));
	OPENSSL_free(der);
	X509_REQ_free(request);
}

static CMS_ContentInfo *
decode(struct bytes message)
{
	CLEANUP(BIO) BIO *in = BIO_new_mem_buf(message.data, (int)message.size);

	return d2i_CMS_bio(in, NULL);
}

/* Appends what was written to a memory BIO. */
static void
collect(struct buffer *out, BIO *bio)
{
	char *data;
	long size = BIO_get_mem_data(bio, &data);

	buffer_append(out, BYTES(data, (size_t)size));
}

bool
judge_verify(struct buffer *content, struct bytes message, const struct judge_identity *signer)
{
	CLEANUP(CMS_ContentInfo) CMS_ContentInfo *cms = decode(message);
	CLEANUP(BIO) BIO *out = BIO_new(BIO_s_mem()), *nothing = BIO_new_mem_buf("", 0);
	__attribute__((cleanup(X509_stack_freep))) STACK_OF(X509) *certificates =
		sk_X509_new_null();
	BIO *detached = NULL;

	if (!cms)
		return false;
	sk_X509_push(certificates, signer->x509);
	if (CMS_is_detached(cms) == 1)
		detached = nothing;
	if (CMS_verify(cms, certificates, NULL, detached, out,
		    CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
		return false;
	collect(content, out);
	return true;
}

bool
judge_decrypt(struct buffer *content, struct bytes message, const struct judge_identity *recipient)
{
	CLEANUP(CMS_ContentInfo) CMS_ContentInfo *cms = decode(message);
	CLEANUP(BIO) BIO *out = BIO_new(BIO_s_mem());

	if (!cms || CMS_decrypt(cms, recipient->key, recipient->x509, NULL, out, CMS_BINARY) != 1)
		return false;
	collect(content, out);
	return true;
}

bool
judge_decrypt_with_password(struct buffer *content, struct bytes message, const char *password)
{
	CLEANUP(CMS_ContentInfo) CMS_ContentInfo *cms = decode(message);
	CLEANUP(BIO) BIO *out = BIO_new(BIO_s_mem());

	if (!cms || CMS_decrypt_set1_password(cms, (unsigned char *)password, -1) != 1 ||
		CMS_decrypt(cms, NULL, NULL, NULL, out, CMS_BINARY) != 1)
		return false;
	collect(content, out);
	return true;
}

size_t
judge_certificates(struct buffer *out, size_t *crls, struct bytes message)
{
	CLEANUP(CMS_ContentInfo) CMS_ContentInfo *cms = decode(message);
	STACK_OF(X509) *certificates = cms ? CMS_get1_certs(cms) : NULL;
	STACK_OF(X509_CRL) *lists = cms ? CMS_get1_crls(cms) : NULL;
	size_t count = certificates ? (size_t)sk_X509_num(certificates) : 0;

	ck_assert_ptr_nonnull(cms);
	*crls = lists ? (size_t)sk_X509_CRL_num(lists) : 0;
	for (size_t i = 0; i < count; i++) {
		unsigned char *der = NULL;
		int size = i2d_X509(sk_X509_value(certificates, (int)i), &der);

		buffer_append(out, BYTES(der, (size_t)size));
		OPENSSL_free(der);
	}
	sk_X509_pop_free(certificates, X509_free);
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	return count;
}

static void
add_attribute(CMS_SignerInfo *signer, const struct judge_attribute *attribute)
{
	ASN1_OBJECT *type = OBJ_txt2obj(attribute->type, 1);

	ck_assert_ptr_nonnull(type);
	ck_assert_int_eq(CMS_signed_add1_attr_by_OBJ(
				 signer, type, attribute->tag, attribute->value, attribute->size),
		1);
	ASN1_OBJECT_free(type);
}

static void
add_signer(CMS_ContentInfo *cms, const struct judge_plan *plan, const struct judge_identity *signer)
{
	unsigned flags = CMS_PARTIAL | CMS_NOSMIMECAP;
	CMS_SignerInfo *info;

	flags |= plan->manner & JUDGE_KEY_IDENTIFIER ? CMS_USE_KEYID : 0;
	flags |= plan->manner & JUDGE_NO_ATTRIBUTES ? CMS_NOATTR : 0;
	flags |= plan->manner & JUDGE_NO_CERTIFICATE ? CMS_NOCERTS : 0;
	info = CMS_add1_signer(cms, signer->x509, signer->key, plan->digest, flags);
	ck_assert_ptr_nonnull(info);
	for (size_t i = 0; i < JUDGE_ATTRIBUTES_MAX && plan->attributes[i].type; i++)
		add_attribute(info, &plan->attributes[i]);
	if (plan->manner & JUDGE_UNSIGNED_ATTRIBUTE)
		ck_assert_int_eq(CMS_unsigned_add1_attr_by_NID(
					 info, NID_friendlyName, V_ASN1_UTF8STRING, "TEST ONLY", 9),
			1);
}

/* Completes the message and appends it, as DER or streamed. */
static void
write_message(struct buffer *out, CMS_ContentInfo *cms, unsigned manner, struct bytes content)
{
	CLEANUP(BIO)
	BIO *in =
		BIO_new_mem_buf(content.data ? content.data : (const void *)"", (int)content.size);
	CLEANUP(BIO) BIO *bio = BIO_new(BIO_s_mem());

	if (manner & JUDGE_STREAMED) {
		ck_assert_int_eq(i2d_CMS_bio_stream(bio, cms, in, CMS_STREAM | CMS_BINARY), 1);
	} else {
		ck_assert_int_eq(CMS_final(cms, in, NULL, CMS_BINARY), 1);
		ck_assert_int_eq(i2d_CMS_bio(bio, cms), 1);
	}
	collect(out, bio);
}

void
judge_sign(struct buffer *out, const struct judge_plan *plan, struct bytes content)
{
	unsigned flags = CMS_PARTIAL | CMS_BINARY;
	CLEANUP(CMS_ContentInfo) CMS_ContentInfo *cms = NULL;

	flags |= plan->manner & JUDGE_STREAMED ? CMS_STREAM : 0;
	flags |= plan->manner & JUDGE_NO_CONTENT ? CMS_DETACHED : 0;
	cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	ck_assert_ptr_nonnull(cms);
	if (plan->content_type) {
		ASN1_OBJECT *type = OBJ_txt2obj(plan->content_type, 1);

		ck_assert_int_eq(CMS_set1_eContentType(cms, type), 1);
		ASN1_OBJECT_free(type);
	}
	for (size_t i = 0; i < JUDGE_PEOPLE_MAX && plan->others[i]; i++)
		ck_assert_int_eq(CMS_add1_cert(cms, plan->others[i]->x509), 1);
	for (size_t i = 0; i < JUDGE_PEOPLE_MAX && plan->people[i]; i++)
		add_signer(cms, plan, plan->people[i]);
	write_message(out, cms, plan->manner, content);
}

static void
use_oaep(CMS_RecipientInfo *info, unsigned manner)
{
	EVP_PKEY_CTX *context = CMS_RecipientInfo_get0_pkey_ctx(info);

	ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING), 1);
	if (manner & JUDGE_OAEP_SHA256)
		ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()), 1);
}

static void
add_recipient(CMS_ContentInfo *cms, unsigned manner, const struct judge_identity *recipient)
{
	unsigned flags = manner & JUDGE_KEY_IDENTIFIER ? CMS_USE_KEYID : 0;
	bool oaep = manner & (JUDGE_OAEP | JUDGE_OAEP_SHA256);
	CMS_RecipientInfo *info =
		CMS_add1_recipient_cert(cms, recipient->x509, flags | (oaep ? CMS_KEY_PARAM : 0));

	ck_assert_ptr_nonnull(info);
	if (oaep)
		use_oaep(info, manner);
}

void
judge_encrypt(struct buffer *out, const struct judge_plan *plan, struct bytes content)
{
	unsigned flags = CMS_PARTIAL | CMS_BINARY;
	CLEANUP(CMS_ContentInfo) CMS_ContentInfo *cms = NULL;

	flags |= plan->manner & JUDGE_STREAMED ? CMS_STREAM : 0;
	cms = CMS_encrypt(NULL, NULL, plan->cipher, flags);
	ck_assert_ptr_nonnull(cms);
	if (plan->manner & JUDGE_PASSWORD)
		ck_assert_ptr_nonnull(CMS_add0_recipient_password(cms, -1, NID_undef, NID_undef,
			(unsigned char *)OPENSSL_strdup(JUDGE_PASSWORD_TEXT), -1, NULL));
	for (size_t i = 0; i < JUDGE_PEOPLE_MAX && plan->people[i]; i++)
		add_recipient(cms, plan->manner, plan->people[i]);
	write_message(out, cms, plan->manner, content);
}

static size_t
add_elements(struct judge_element *out, size_t limit, struct bytes der, unsigned depth)
{
	const unsigned char *next = der.data, *end = der.data + der.size;
	size_t count = 0;

	while (next < end) {
		const unsigned char *start = next;
		int tag, class;
		long size;
		int form = ASN1_get_object(&next, &size, &tag, &class, end - next);

		ck_assert_int_eq(form & 0x81, 0); /* no error, no indefinite length */
		ck_assert_uint_lt(count, limit);
		out[count++] = (struct judge_element){depth, *start, BYTES(next, (size_t)size)};
		if (form & V_ASN1_CONSTRUCTED)
			count += add_elements(
				out + count, limit - count, BYTES(next, (size_t)size), depth + 1);
		next += size;
	}
	return count;
}

size_t
judge_elements(struct judge_element *out, size_t limit, struct bytes der)
{
	return add_elements(out, limit, der, 0);
}
