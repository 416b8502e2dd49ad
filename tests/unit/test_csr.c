/* Certification requests: OpenSSL's read by us, ours read by OpenSSL, and every octet spoilt. */
#include <openssl/x509v3.h>
#include <string.h>

#include "common/csr.h"
#include "common/der_writer.h"
#include "common/name_parse.h"
#include "common/x509_signed.h"
#include "tests/run_suite.h"
#include "x509_support.h"

OSSL_CLEANUP(X509_REQ, X509_REQ)

/* A challengePassword as it stands in the request, and its text. */
struct challenge {
	int type; /* 0: no attribute */
	struct bytes content;
	const char *text;
};

struct recipe {
	const char *name;
	const char *curve; /* of the key; NULL: RSA */
	const EVP_MD *(*md)(void);
	struct challenge challenge;
	int request; /* NID of the attribute that asks for extensions; 0: none */
	const char *extensions[8];
};

#define KEY_USAGE_WISH "keyUsage", "critical,digitalSignature,keyEncipherment"
#define SAN_WISH       "subjectAltName", "DNS:host.example,email:a@example.org"

static const struct recipe recipes[] = {
	{"nothing asked", NULL, EVP_sha1, {0}, 0, {NULL}},
	{"PrintableString", NULL, EVP_sha256,
		{V_ASN1_PRINTABLESTRING, {(const uint8_t *)"8CE317021F690069", 16},
			"8CE317021F690069"},
		NID_ext_req, {KEY_USAGE_WISH}},
	{"UTF8String", NULL, EVP_sha256,
		{V_ASN1_UTF8STRING, {(const uint8_t *)"P\xc3\xa4ss", 5}, "P\xc3\xa4ss"},
		NID_ext_req, {SAN_WISH, KEY_USAGE_WISH, "extendedKeyUsage", "clientAuth"}},
	{"TeletexString", NULL, EVP_sha384,
		{V_ASN1_T61STRING, {(const uint8_t *)"P\xe4ss", 4}, "P\xc3\xa4ss"}, 0, {NULL}},
	{"IA5String", NULL, EVP_sha512,
		{V_ASN1_IA5STRING, {(const uint8_t *)"pass_word", 9}, "pass_word"}, 0, {NULL}},
	{"BMPString", NULL, EVP_sha256,
		{V_ASN1_BMPSTRING, {(const uint8_t *)"\0p\x20\xac", 4}, "p\xe2\x82\xac"}, 0,
		{NULL}},
	{"an empty challenge", NULL, EVP_sha256,
		{V_ASN1_PRINTABLESTRING, {(const uint8_t *)"", 0}, ""}, 0, {NULL}},
	{"EC", "P-256", EVP_sha256, {V_ASN1_PRINTABLESTRING, {(const uint8_t *)"1", 1}, "1"},
		NID_ext_req, {SAN_WISH}},
	{"certExtensions", NULL, EVP_sha1, {V_ASN1_PRINTABLESTRING, {(const uint8_t *)"1", 1}, "1"},
		NID_ms_ext_req, {SAN_WISH, KEY_USAGE_WISH}},
};

static STACK_OF(X509_EXTENSION) * make_extensions(const char *const *wishes)
{
	STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();

	for (size_t i = 0; wishes[i]; i += 2) {
		X509_EXTENSION *extension = X509V3_EXT_nconf(NULL, NULL, wishes[i], wishes[i + 1]);

		ck_assert_msg(extension != NULL, "%s", wishes[i]);
		ck_assert_int_gt(sk_X509_EXTENSION_push(extensions, extension), 0);
	}
	return extensions;
}

static void
add_extensions(X509_REQ *request, int attribute, const char *const *wishes)
{
	STACK_OF(X509_EXTENSION) *extensions = make_extensions(wishes);

	ck_assert_int_eq(X509_REQ_add_extensions_nid(request, extensions, attribute), 1);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

static void
add_challenge(X509_REQ *request, int type, struct bytes content)
{
	/* A length of 0 would make OpenSSL create an attribute without a value. */
	X509_ATTRIBUTE *attribute = X509_ATTRIBUTE_new();
	ASN1_STRING *value = ASN1_STRING_type_new(type);

	ck_assert_int_eq(
		X509_ATTRIBUTE_set1_object(attribute, OBJ_nid2obj(NID_pkcs9_challengePassword)), 1);
	ck_assert_int_eq(ASN1_STRING_set(value, content.data, (int)content.size), 1);
	ck_assert_int_eq(X509_ATTRIBUTE_set1_data(attribute, type, value, -1), 1);
	ck_assert_int_eq(X509_REQ_add1_attr(request, attribute), 1);
	X509_ATTRIBUTE_free(attribute);
	ASN1_STRING_free(value);
}

static X509_REQ *
cook(const struct recipe *recipe, EVP_PKEY *key)
{
	X509_REQ *request = X509_REQ_new();

	ck_assert_int_eq(X509_REQ_set_version(request, X509_REQ_VERSION_1), 1);
	ck_assert_int_eq(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN",
				 MBSTRING_UTF8, (const uint8_t *)"device-1", -1, -1, 0),
		1);
	ck_assert_int_eq(X509_REQ_set_pubkey(request, key), 1);
	ck_assert_int_eq(X509_REQ_add1_attr_by_NID(request, NID_pkcs9_unstructuredName,
				 V_ASN1_IA5STRING, (const uint8_t *)"not read", 8),
		1);
	if (recipe->challenge.type)
		add_challenge(request, recipe->challenge.type, recipe->challenge.content);
	if (recipe->request)
		add_extensions(request, recipe->request, recipe->extensions);
	ck_assert_int_gt(X509_REQ_sign(request, key, recipe->md()), 0);
	return request;
}

/* Each extension that OpenSSL finds, found by us. */
static void
compare_extensions(const struct csr *ours, X509_REQ *theirs)
{
	STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(theirs);
	BUFFER_CLEANUP struct buffer encoded = {0};

	if (sk_X509_EXTENSION_num(extensions) > 0)
		SUPPORT_ENCODE(&encoded, i2d_X509_EXTENSIONS, extensions);
	ck_assert(bytes_equal(ours->extensions, buffer_bytes(&encoded)));
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

static void
compare(const struct csr *ours, X509_REQ *theirs)
{
	BUFFER_CLEANUP struct buffer info = {0}, subject = {0}, spki = {0};
	const ASN1_BIT_STRING *signature;
	const X509_ALGOR *algorithm;
	const ASN1_OBJECT *object;

	SUPPORT_ENCODE(&info, i2d_re_X509_REQ_tbs, theirs);
	ck_assert(bytes_equal(ours->info, buffer_bytes(&info)));
	SUPPORT_ENCODE(&subject, i2d_X509_NAME, X509_REQ_get_subject_name(theirs));
	ck_assert(bytes_equal(ours->subject, buffer_bytes(&subject)));
	SUPPORT_ENCODE(&spki, i2d_X509_PUBKEY, X509_REQ_get_X509_PUBKEY(theirs));
	ck_assert(bytes_equal(ours->spki, buffer_bytes(&spki)));
	X509_REQ_get0_signature(theirs, &signature, &algorithm);
	ck_assert(bytes_equal(ours->signature, BYTES(signature->data, signature->length)));
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	ck_assert(
		bytes_equal(ours->signature_oid, BYTES(OBJ_get0_data(object), OBJ_length(object))));
	compare_extensions(ours, theirs);
}

START_TEST(reads_what_openssl_made)
{
	const struct recipe *recipe = &recipes[_i];
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(recipe->curve, 1024), *ours = NULL;
	CLEANUP(X509_REQ) X509_REQ *theirs = cook(recipe, key);
	BUFFER_CLEANUP struct buffer der = {0};
	CSR_CLEANUP struct csr csr = {0};
	struct diag diag = {0};

	SUPPORT_ENCODE(&der, i2d_X509_REQ, theirs);
	ASSERT_DONE(csr_read(&csr, buffer_bytes(&der), &diag), &diag);
	compare(&csr, theirs);
	ck_assert_int_eq(csr.has_challenge, recipe->challenge.type != 0);
	if (csr.has_challenge) {
		ck_assert_msg(strcmp((char *)csr.challenge.data, recipe->challenge.text) == 0, "%s",
			recipe->name);
		ck_assert_uint_eq(csr.challenge_tag, recipe->challenge.type);
	}
	ASSERT_DONE(key_read_public(&ours, csr.spki, &diag), &diag);
	ASSERT_DONE(csr_verify(&csr, ours, &diag), &diag);
}
END_TEST

START_TEST(reads_wishes)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512);
	CLEANUP(X509_REQ) X509_REQ *theirs = cook(&recipes[2], key);
	BUFFER_CLEANUP struct buffer der = {0};
	CSR_CLEANUP struct csr csr = {0};

	SUPPORT_ENCODE(&der, i2d_X509_REQ, theirs);
	ck_assert_int_eq(csr_read(&csr, buffer_bytes(&der), NULL), DONE);
	ck_assert(csr.has_key_usage);
	ck_assert_uint_eq(csr.key_usage, KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT);
	ck_assert(bytes_equal(csr.extended_key_usage,
		BYTES("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02", 12)));
	ck_assert_uint_eq(csr.subject_alt_name.data[0], 0x30);
}
END_TEST

/* Intune's challenge is a CMS message in base64. */
START_TEST(reads_long_challenges)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512);
	BUFFER_CLEANUP struct buffer challenge = {0}, der = {0};
	CLEANUP(X509_REQ) X509_REQ *theirs = NULL;
	CSR_CLEANUP struct csr csr = {0};
	struct recipe recipe = recipes[1];

	memset(buffer_append_space(&challenge, 6000), 'A', 6000);
	recipe.challenge.content = buffer_bytes(&challenge);
	theirs = cook(&recipe, key);
	SUPPORT_ENCODE(&der, i2d_X509_REQ, theirs);
	ck_assert_int_eq(csr_read(&csr, buffer_bytes(&der), NULL), DONE);
	ck_assert(bytes_equal(buffer_bytes(&csr.challenge), buffer_bytes(&challenge)));
}
END_TEST

/* The parameters of the algorithm, between the two, are signed by nobody. */
static bool
is_covered(const struct csr *csr, size_t at)
{
	const uint8_t *octet = csr->der.data + at;

	return octet < csr->info.data + csr->info.size || octet >= csr->signature.data;
}

START_TEST(notices_every_spoilt_octet)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512);
	CLEANUP(X509_REQ) X509_REQ *theirs = cook(&recipes[2], key);
	CSR_CLEANUP struct csr genuine = {0};
	BUFFER_CLEANUP struct buffer der = {0};

	SUPPORT_ENCODE(&der, i2d_X509_REQ, theirs);
	ck_assert_int_eq(csr_read(&genuine, buffer_bytes(&der), NULL), DONE);
	for (size_t i = 0; i < der.size; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct csr csr = {0};

			der.data[i] ^= (uint8_t)(1 << bit);
			if (csr_read(&csr, buffer_bytes(&der), NULL) == DONE)
				ck_assert_msg(!is_covered(&genuine, i) ||
						csr_verify(&csr, key, NULL) == REFUSED,
					"octet %zu, bit %u", i, bit);
			der.data[i] ^= (uint8_t)(1 << bit);
			csr_done(&csr);
		}
	}
}
END_TEST

START_TEST(refuses_every_truncation)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512);
	CLEANUP(X509_REQ) X509_REQ *theirs = cook(&recipes[2], key);
	BUFFER_CLEANUP struct buffer der = {0};
	CSR_CLEANUP struct csr csr = {0};
	struct diag diag;

	SUPPORT_ENCODE(&der, i2d_X509_REQ, theirs);
	for (size_t size = 0; size < der.size; size++) {
		diag = (struct diag){0};
		ck_assert_int_eq(csr_read(&csr, BYTES(der.data, size), &diag), REFUSED);
		ck_assert_str_ne(diag.found, "");
	}
	buffer_append_byte(&der, 0);
	ck_assert_int_eq(csr_read(&csr, buffer_bytes(&der), &diag), REFUSED);
}
END_TEST

START_TEST(refuses_other_keys)
{
	const struct recipe *recipe = &recipes[_i];
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(recipe->curve, 1024);
	CLEANUP(EVP_PKEY) EVP_PKEY *twin = support_new_key(recipe->curve, 1024);
	CLEANUP(EVP_PKEY) EVP_PKEY *other = support_new_key(recipe->curve ? NULL : "P-256", 512);
	CLEANUP(X509_REQ) X509_REQ *theirs = cook(recipe, key);
	BUFFER_CLEANUP struct buffer der = {0};
	CSR_CLEANUP struct csr csr = {0};
	struct diag diag = {0};

	SUPPORT_ENCODE(&der, i2d_X509_REQ, theirs);
	ASSERT_DONE(csr_read(&csr, buffer_bytes(&der), &diag), &diag);
	ck_assert_int_eq(csr_verify(&csr, twin, &diag), REFUSED);
	ck_assert_int_eq(csr_verify(&csr, other, &diag), REFUSED);
	ck_assert_str_ne(diag.found, "");
}
END_TEST

/* Content of a CertificationRequestInfo behind its public key, and whether that is a request. */
static const struct {
	const char *name;
	const char *version;
	struct bytes attributes;
	const char *word; /* of the refusal; NULL: accepted */
} contents[] = {
#define BODY(text)                                                                                 \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}
#define V1         "\x02\x01\x00"
#define CHALLENGE  "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07"
#define EXTENSIONS "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e"
#define MICROSOFT  "\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0e"
	{"no attributes", V1, BODY("\xa0\x00"), NULL},
	{"attributes left out", V1, BODY(""), NULL},
	{"version 1", "\x02\x01\x01", BODY("\xa0\x00"), "version 0"},
	{"something behind the attributes", V1, BODY("\xa0\x00\x05\x00"), "too many"},
	{"another tag", V1, BODY("\xa1\x00"), "[0]"},
	{"one challenge", V1, BODY("\xa0\x12\x30\x10" CHALLENGE "\x31\x03\x13\x01\x41"), NULL},
	{"no value", V1, BODY("\xa0\x0f\x30\x0d" CHALLENGE "\x31\x00"), "one more element"},
	{"two values", V1, BODY("\xa0\x15\x30\x13" CHALLENGE "\x31\x06\x13\x01\x41\x13\x01\x42"),
		"too many"},
	{"two challenges", V1,
		BODY("\xa0\x24\x30\x10" CHALLENGE "\x31\x03\x13\x01\x41\x30\x10" CHALLENGE
		     "\x31\x03\x13\x01\x42"),
		"second"},
	{"a number", V1, BODY("\xa0\x12\x30\x10" CHALLENGE "\x31\x03\x02\x01\x41"), "INTEGER"},
	{"bad UTF-8", V1, BODY("\xa0\x12\x30\x10" CHALLENGE "\x31\x03\x0c\x01\xff"), "UTF8String"},
	{"half a BMP character", V1, BODY("\xa0\x12\x30\x10" CHALLENGE "\x31\x03\x1e\x01\x41"),
		"BMPString"},
	{"a text in chunks", V1, BODY("\xa0\x14\x30\x12" CHALLENGE "\x31\x05\x2c\x03\x0c\x01\x41"),
		"UTF8String"},
	{"no extensions", V1, BODY("\xa0\x11\x30\x0f" EXTENSIONS "\x31\x02\x30\x00"), NULL},
	{"extensions asked twice", V1,
		BODY("\xa0\x23\x30\x0f" EXTENSIONS "\x31\x02\x30\x00\x30\x10" MICROSOFT
		     "\x31\x02\x30\x00"),
		"second"},
	{"extensions that are none", V1,
		BODY("\xa0\x14\x30\x12" EXTENSIONS "\x31\x05\x30\x03\x02\x01\x01"), "SEQUENCE"},
	{"an attribute without a set", V1, BODY("\xa0\x0d\x30\x0b" CHALLENGE), "SET"},
};

START_TEST(judges_contents)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512);
	BUFFER_CLEANUP struct buffer info = {0}, der = {0};
	size_t mark = der_begin(&info, DER_SEQUENCE);
	CSR_CLEANUP struct csr csr = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	int outcome;

	buffer_append(&info, BYTES(contents[_i].version, 3));
	ck_assert_int_eq(name_parse(&info, "CN=a", NULL), DONE);
	ck_assert_int_eq(key_write_public(&info, key, NULL), DONE);
	buffer_append(&info, contents[_i].attributes);
	der_end(&info, mark);
	ck_assert_int_eq(x509_signed_write(&der, buffer_bytes(&info), key,
				 algorithm_digest_named("SHA-256"), false, NULL),
		DONE);
	outcome = csr_read(&csr, buffer_bytes(&der), &diag);
	ck_assert_msg(outcome == (contents[_i].word ? REFUSED : DONE), "%s", contents[_i].name);
	if (contents[_i].word)
		ck_assert_msg(strstr(diag_text(words, &diag), contents[_i].word) != NULL,
			"%s: \"%s\"", contents[_i].name, words);
}
END_TEST

static const struct {
	const char *curve;
	const char *digest;
	const char *challenge;
	uint8_t tag;
	int type; /* of the challenge as OpenSSL reads it */
} plans[] = {
	{NULL, "SHA-1", NULL, 0, 0},
	{NULL, "SHA-256", "", 0, V_ASN1_PRINTABLESTRING},
	{NULL, "SHA-384", "8CE317021F690069", 0, V_ASN1_PRINTABLESTRING},
	{NULL, "SHA-512", "p_w", 0, V_ASN1_UTF8STRING},
	{"P-256", "SHA-256", "P\xc3\xa4ss", 0, V_ASN1_UTF8STRING},
	{"P-384", "SHA-384", "P\xc3\xa4ss", DER_TELETEX_STRING, V_ASN1_T61STRING},
	{NULL, "SHA-256", "P\xc3\xa4ss", DER_BMP_STRING, V_ASN1_BMPSTRING},
	{NULL, "SHA-256", "p_w", DER_IA5_STRING, V_ASN1_IA5STRING},
};

static void
check_foreign_challenge(X509_REQ *request, int type, const char *text)
{
	int at = X509_REQ_get_attr_by_NID(request, NID_pkcs9_challengePassword, -1), size;
	unsigned char *utf8 = NULL;
	ASN1_TYPE *value;

	ck_assert_int_eq(at >= 0, text != NULL);
	if (!text)
		return;
	value = X509_ATTRIBUTE_get0_type(X509_REQ_get_attr(request, at), 0);
	ck_assert_int_eq(value->type, type);
	size = ASN1_STRING_to_UTF8(&utf8, value->value.asn1_string);
	ck_assert_int_ge(size, 0);
	ck_assert(bytes_equal(BYTES(utf8, size), bytes_text(text)));
	OPENSSL_free(utf8);
}

START_TEST(writes_what_openssl_reads)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(plans[_i].curve, 1024);
	BUFFER_CLEANUP struct buffer subject = {0}, der = {0};
	struct csr_plan plan = {
		.challenge = plans[_i].challenge,
		.challenge_tag = plans[_i].tag,
		.subject_alt_name = BYTES("\x30\x03\x82\x01\x61", 5),
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE,
		.purposes = {oid_bytes(OID_CLIENT_AUTH)},
		.purpose_count = 1,
		.digest = algorithm_digest_named(plans[_i].digest),
	};
	CLEANUP(X509_REQ) X509_REQ *theirs = NULL;
	CSR_CLEANUP struct csr csr = {0};
	struct diag diag = {0};

	ck_assert_int_eq(name_parse(&subject, "CN=device-1,O=Example", NULL), DONE);
	plan.subject = buffer_bytes(&subject);
	ASSERT_DONE(csr_plan_sign(&der, &plan, key, &diag), &diag);
	SUPPORT_DECODE(&theirs, d2i_X509_REQ, buffer_bytes(&der));
	ck_assert_int_eq(X509_REQ_verify(theirs, key), 1);
	ck_assert_int_eq(EVP_PKEY_eq(X509_REQ_get0_pubkey(theirs), key), 1);
	check_foreign_challenge(theirs, plans[_i].type, plans[_i].challenge);
	ASSERT_DONE(csr_read(&csr, buffer_bytes(&der), &diag), &diag);
	compare(&csr, theirs);
	ck_assert(bytes_equal(csr.subject, plan.subject));
	ck_assert(bytes_equal(csr.subject_alt_name, plan.subject_alt_name));
	ck_assert_uint_eq(csr.key_usage, plan.key_usage);
}
END_TEST

START_TEST(leaves_out_what_is_not_planned)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512);
	struct csr_plan plan = {
		.subject = BYTES("\x30\x00", 2), .digest = algorithm_digest_named("SHA-256")};
	BUFFER_CLEANUP struct buffer der = {0};
	CLEANUP(X509_REQ) X509_REQ *theirs = NULL;

	ck_assert_int_eq(csr_plan_sign(&der, &plan, key, NULL), DONE);
	SUPPORT_DECODE(&theirs, d2i_X509_REQ, buffer_bytes(&der));
	ck_assert_int_eq(X509_REQ_verify(theirs, key), 1);
	ck_assert_int_eq(X509_REQ_get_attr_count(theirs), 0);
}
END_TEST

START_TEST(says_what_cannot_be_made)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512);
	struct csr_plan plan = {.subject = BYTES("\x30\x00", 2),
		.challenge = "p_w",
		.challenge_tag = DER_PRINTABLE_STRING,
		.digest = algorithm_digest_named("SHA-256")};
	BUFFER_CLEANUP struct buffer der = {0};
	struct diag diag = {0};

	ck_assert_int_eq(csr_plan_sign(&der, &plan, key, &diag), BROKEN);
	ck_assert_ptr_nonnull(strstr(diag.found, "PrintableString"));
	ck_assert_uint_eq(der.size, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("csr");
	TCase *reading = tcase_create("reading"), *writing = tcase_create("writing");

	tcase_add_loop_test(reading, reads_what_openssl_made, 0, ROWS(recipes));
	tcase_add_test(reading, reads_wishes);
	tcase_add_test(reading, reads_long_challenges);
	tcase_add_test(reading, notices_every_spoilt_octet);
	tcase_add_test(reading, refuses_every_truncation);
	tcase_add_loop_test(reading, refuses_other_keys, 0, ROWS(recipes));
	tcase_add_loop_test(reading, judges_contents, 0, ROWS(contents));
	tcase_add_loop_test(writing, writes_what_openssl_reads, 0, ROWS(plans));
	tcase_add_test(writing, leaves_out_what_is_not_planned);
	tcase_add_test(writing, says_what_cannot_be_made);
	suite_add_tcase(suite, reading);
	suite_add_tcase(suite, writing);
	return run_suite(suite);
}
