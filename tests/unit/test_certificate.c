/* Certificates that OpenSSL made, read by us; field by field, and with every octet spoilt. */
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "common/certificate.h"
#include "common/der_writer.h"
#include "tests/run_suite.h"
#include "x509_support.h"

#define SERIAL "\x68\x00\x00\x00\x09\x9a\x9d\xe5"

/* What is asked of OpenSSL; `extensions` are pairs of name and value, NULL behind the last. */
struct recipe {
	const char *name;
	const char *curve; /* of the issuer's key; NULL: RSA */
	const EVP_MD *(*md)(void);
	long version;
	int string_type; /* of the CN */
	const char *extensions[12];
};

static const struct recipe recipes[] = {
	{"v1", NULL, EVP_sha1, X509_VERSION_1, V_ASN1_PRINTABLESTRING, {NULL}},
	{"v2", NULL, EVP_sha256, X509_VERSION_2, V_ASN1_UTF8STRING, {NULL}},
	{"v3 without extensions", NULL, EVP_sha384, X509_VERSION_3, V_ASN1_T61STRING, {NULL}},
	{"v3 with all", NULL, EVP_sha256, X509_VERSION_3, V_ASN1_BMPSTRING,
		{"basicConstraints", "critical,CA:TRUE,pathlen:3", "keyUsage",
			"critical,digitalSignature,cRLSign", "extendedKeyUsage",
			"clientAuth,1.3.6.1.4.1.311.20.2.1", "subjectAltName", "DNS:host.example",
			"subjectKeyIdentifier", "hash"}},
	{"ECDSA with decipherOnly", "P-256", EVP_sha256, X509_VERSION_3, V_ASN1_UTF8STRING,
		{"keyUsage", "keyAgreement,decipherOnly", "basicConstraints", "CA:FALSE",
			"nsComment", "not read"}},
	{"ECDSA on P-384", "P-384", EVP_sha384, X509_VERSION_3, V_ASN1_UTF8STRING,
		{"subjectAltName", "email:a@example.org"}},
};

static void
add_extensions(X509 *certificate, const char *const *extensions)
{
	X509V3_CTX context;

	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	for (size_t i = 0; extensions[i]; i += 2) {
		X509_EXTENSION *extension =
			X509V3_EXT_nconf(NULL, &context, extensions[i], extensions[i + 1]);

		ck_assert_msg(extension != NULL, "%s", extensions[i]);
		ck_assert_int_eq(X509_add_ext(certificate, extension, -1), 1);
		X509_EXTENSION_free(extension);
	}
}

/* Makes the recipe's certificate for a key of its own. */
static X509 *
cook(const struct recipe *recipe, EVP_PKEY *issuer)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512);
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);
	ASN1_INTEGER *serial = X509_get_serialNumber(certificate);

	ck_assert_int_eq(X509_set_version(certificate, recipe->version), 1);
	ck_assert_int_eq(ASN1_STRING_set(serial, SERIAL, sizeof(SERIAL) - 1), 1);
	ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "CN", recipe->string_type,
				 (const uint8_t *)"d\0e\0", 4, -1, 0),
		1);
	ck_assert_int_eq(X509_NAME_add_entry_by_txt(X509_get_issuer_name(certificate), "DC",
				 V_ASN1_IA5STRING, (const uint8_t *)"example", -1, -1, 0),
		1);
	ck_assert_int_eq(
		ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20200229123456Z"), 1);
	ck_assert_int_eq(
		ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "20500101000000Z"), 1);
	ck_assert_int_eq(X509_set_pubkey(certificate, key), 1);
	add_extensions(certificate, recipe->extensions);
	ck_assert_int_gt(X509_sign(certificate, issuer, recipe->md()), 0);
	return certificate;
}

static EVP_PKEY *
new_issuer(const struct recipe *recipe)
{
	return support_new_key(recipe->curve, 1024);
}

static int64_t
foreign_time(const ASN1_TIME *time)
{
	struct tm utc;

	ck_assert_int_eq(ASN1_TIME_to_tm(time, &utc), 1);
	return timegm(&utc);
}

/* The same certificate by OpenSSL's reading and by ours. */
static void
compare_fields(const struct certificate *ours, X509 *theirs)
{
	BUFFER_CLEANUP struct buffer tbs = {0}, issuer = {0}, subject = {0}, spki = {0};
	const ASN1_BIT_STRING *signature;
	const X509_ALGOR *algorithm;
	const ASN1_OBJECT *object;

	SUPPORT_ENCODE(&tbs, i2d_re_X509_tbs, theirs);
	ck_assert(bytes_equal(ours->tbs, buffer_bytes(&tbs)));
	SUPPORT_ENCODE(&issuer, i2d_X509_NAME, X509_get_issuer_name(theirs));
	ck_assert(bytes_equal(ours->issuer, buffer_bytes(&issuer)));
	SUPPORT_ENCODE(&subject, i2d_X509_NAME, X509_get_subject_name(theirs));
	ck_assert(bytes_equal(ours->subject, buffer_bytes(&subject)));
	SUPPORT_ENCODE(&spki, i2d_X509_PUBKEY, X509_get_X509_PUBKEY(theirs));
	ck_assert(bytes_equal(ours->spki, buffer_bytes(&spki)));
	ck_assert(bytes_equal(ours->serial, BYTES(SERIAL, sizeof(SERIAL) - 1)));
	X509_get0_signature(&signature, &algorithm, theirs);
	ck_assert(bytes_equal(ours->signature, BYTES(signature->data, signature->length)));
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	ck_assert(
		bytes_equal(ours->signature_oid, BYTES(OBJ_get0_data(object), OBJ_length(object))));
	ck_assert_int_eq(ours->not_before, foreign_time(X509_get0_notBefore(theirs)));
	ck_assert_int_eq(ours->not_after, foreign_time(X509_get0_notAfter(theirs)));
}

/* OpenSSL's KU_ bits count from the top of an octet, ours from named bit 0. */
static uint32_t
foreign_key_usage(X509 *certificate)
{
	static const struct {
		uint32_t theirs;
		uint32_t ours;
	} bits[] = {
		{KU_DIGITAL_SIGNATURE, KEY_USAGE_DIGITAL_SIGNATURE},
		{KU_NON_REPUDIATION, KEY_USAGE_NON_REPUDIATION},
		{KU_KEY_ENCIPHERMENT, KEY_USAGE_KEY_ENCIPHERMENT},
		{KU_DATA_ENCIPHERMENT, KEY_USAGE_DATA_ENCIPHERMENT},
		{KU_KEY_AGREEMENT, KEY_USAGE_KEY_AGREEMENT},
		{KU_KEY_CERT_SIGN, KEY_USAGE_KEY_CERT_SIGN},
		{KU_CRL_SIGN, KEY_USAGE_CRL_SIGN},
		{KU_DECIPHER_ONLY, 1 << 8},
	};
	uint32_t usage = 0;

	for (size_t i = 0; i < ROWS(bits); i++)
		if (X509_get_key_usage(certificate) & bits[i].theirs)
			usage |= bits[i].ours;
	return usage;
}

static void
compare_extensions(const struct certificate *ours, X509 *theirs)
{
	const ASN1_OCTET_STRING *identifier = X509_get0_subject_key_id(theirs);
	bool has_usage = X509_get_ext_by_NID(theirs, NID_key_usage, -1) >= 0;
	int at = X509_get_ext_by_NID(theirs, NID_subject_alt_name, -1);

	ck_assert_int_eq(ours->has_key_usage, has_usage);
	ck_assert_uint_eq(ours->key_usage, has_usage ? foreign_key_usage(theirs) : 0);
	ck_assert_int_eq(ours->is_ca, (X509_get_extension_flags(theirs) & EXFLAG_CA) != 0);
	ck_assert(bytes_equal(ours->subject_key_identifier,
		identifier ? BYTES(identifier->data, identifier->length) : BYTES_NONE));
	ck_assert_int_eq(ours->subject_alt_name.size > 0, at >= 0);
	if (at >= 0) {
		const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(theirs, at));

		ck_assert(bytes_equal(ours->subject_alt_name, BYTES(value->data, value->length)));
	}
}

START_TEST(reads_what_openssl_made)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *issuer = new_issuer(&recipes[_i]);
	CLEANUP(X509) X509 *theirs = cook(&recipes[_i], issuer);
	CERTIFICATE_CLEANUP struct certificate ours = {0};
	BUFFER_CLEANUP struct buffer der = {0};
	struct diag diag = {0};
	struct bytes serial;

	SUPPORT_ENCODE(&der, i2d_X509, theirs);
	ASSERT_DONE(certificate_read(&ours, buffer_bytes(&der), &diag), &diag);
	ck_assert(certificate_find_serial(&serial, buffer_bytes(&der)));
	ck_assert(bytes_equal(serial, ours.serial));
	compare_fields(&ours, theirs);
	compare_extensions(&ours, theirs);
	ASSERT_DONE(certificate_verify(&ours, issuer, &diag), &diag);
}
END_TEST

/* Whatever octet of the signed part is spoilt, the certificate is not taken for genuine, and
 * nothing is read beyond its end (under a sanitizer). */
START_TEST(notices_every_spoilt_octet)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *issuer = support_new_key(NULL, 512);
	CLEANUP(X509) X509 *theirs = cook(&recipes[3], issuer);
	BUFFER_CLEANUP struct buffer der = {0};

	SUPPORT_ENCODE(&der, i2d_X509, theirs);
	for (size_t i = 0; i < der.size; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct certificate ours = {0};

			der.data[i] ^= (uint8_t)(1 << bit);
			if (certificate_read(&ours, buffer_bytes(&der), NULL) == DONE)
				ck_assert_msg(certificate_verify(&ours, issuer, NULL) == REFUSED,
					"octet %zu, bit %u", i, bit);
			der.data[i] ^= (uint8_t)(1 << bit);
			certificate_done(&ours);
		}
	}
}
END_TEST

START_TEST(refuses_every_truncation)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *issuer = support_new_key(NULL, 512);
	CLEANUP(X509) X509 *theirs = cook(&recipes[3], issuer);
	CERTIFICATE_CLEANUP struct certificate ours = {0};
	BUFFER_CLEANUP struct buffer der = {0};
	struct diag diag;
	struct bytes serial;

	SUPPORT_ENCODE(&der, i2d_X509, theirs);
	for (size_t size = 0; size < der.size; size++) {
		diag = (struct diag){0};
		ck_assert(!certificate_find_serial(&serial, BYTES(der.data, size)));
		ck_assert_int_eq(certificate_read(&ours, BYTES(der.data, size), &diag), REFUSED);
		ck_assert_str_ne(diag.found, "");
		ck_assert_ptr_null(ours.der.data);
	}
	buffer_append_byte(&der, 0);
	ck_assert_int_eq(certificate_read(&ours, buffer_bytes(&der), &diag), REFUSED);
}
END_TEST

START_TEST(refuses_other_signers)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *issuer = new_issuer(&recipes[_i]);
	CLEANUP(EVP_PKEY) EVP_PKEY *twin = new_issuer(&recipes[_i]);
	CLEANUP(EVP_PKEY)
	EVP_PKEY *other = support_new_key(recipes[_i].curve ? NULL : "P-256", 512);
	CLEANUP(X509) X509 *theirs = cook(&recipes[_i], issuer);
	CERTIFICATE_CLEANUP struct certificate ours = {0};
	BUFFER_CLEANUP struct buffer der = {0};
	struct diag diag = {0};

	SUPPORT_ENCODE(&der, i2d_X509, theirs);
	ASSERT_DONE(certificate_read(&ours, buffer_bytes(&der), &diag), &diag);
	ck_assert_int_eq(certificate_verify(&ours, twin, &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.found, "another key"));
	ck_assert_int_eq(certificate_verify(&ours, other, &diag), REFUSED);
	ck_assert_str_eq(diag.clause, "signatureAlgorithm");
}
END_TEST

static const struct {
	const char *name;
	struct recipe recipe;
	const char *patch_from; /* octets that are replaced, if any */
	const char *patch_to;
	const char *word; /* in the refusal */
} refused[] = {
	{"version 4", {"", NULL, EVP_sha256, 3, V_ASN1_UTF8STRING, {NULL}}, NULL, NULL, "v3"},
	{"two subjectAltName",
		{"", NULL, EVP_sha256, X509_VERSION_3, V_ASN1_UTF8STRING,
			{"subjectAltName", "DNS:a", "subjectAltName", "DNS:b"}},
		NULL, NULL, "subjectAltName twice"},
	{"two keyUsage",
		{"", NULL, EVP_sha256, X509_VERSION_3, V_ASN1_UTF8STRING,
			{"keyUsage", "digitalSignature", "keyUsage", "keyEncipherment"}},
		NULL, NULL, "keyUsage twice"},
	{"a validity that is no time",
		{"", NULL, EVP_sha256, X509_VERSION_3, V_ASN1_UTF8STRING, {NULL}}, "200229123456Z",
		"200229123456+", "time"},
	{"another algorithm inside",
		{"", NULL, EVP_sha256, X509_VERSION_3, V_ASN1_UTF8STRING, {NULL}},
		"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c",
		"algorithm"},
	{"keyUsage that is none",
		{"", NULL, EVP_sha256, X509_VERSION_3, V_ASN1_UTF8STRING,
			{"2.5.29.15", "DER:02:01:01"}},
		NULL, NULL, "BIT STRING"},
	{"bytes behind a keyUsage",
		{"", NULL, EVP_sha256, X509_VERSION_3, V_ASN1_UTF8STRING,
			{"2.5.29.15", "DER:03:02:07:80:00"}},
		NULL, NULL, "too many"},
	{"extKeyUsage of a number",
		{"", NULL, EVP_sha256, X509_VERSION_3, V_ASN1_UTF8STRING,
			{"2.5.29.37", "DER:30:03:02:01:01"}},
		NULL, NULL, "OBJECT"},
	{"a subjectKeyIdentifier in chunks",
		{"", NULL, EVP_sha256, X509_VERSION_3, V_ASN1_UTF8STRING,
			{"2.5.29.14", "DER:24:03:04:01:01"}},
		NULL, NULL, "primitive"},
	{"basicConstraints with a text",
		{"", NULL, EVP_sha256, X509_VERSION_3, V_ASN1_UTF8STRING,
			{"2.5.29.19", "DER:30:03:0c:01:41"}},
		NULL, NULL, "INTEGER"},
};

START_TEST(refuses_what_is_malformed)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *issuer = support_new_key(NULL, 512);
	CLEANUP(X509) X509 *theirs = cook(&refused[_i].recipe, issuer);
	CERTIFICATE_CLEANUP struct certificate ours = {0};
	BUFFER_CLEANUP struct buffer der = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	SUPPORT_ENCODE(&der, i2d_X509, theirs);
	if (refused[_i].patch_from) {
		size_t size = strlen(refused[_i].patch_from);
		uint8_t *at = memmem(der.data, der.size, refused[_i].patch_from, size);

		ck_assert_ptr_nonnull(at);
		memcpy(at, refused[_i].patch_to, size);
	}
	ck_assert_msg(certificate_read(&ours, buffer_bytes(&der), &diag) == REFUSED, "%s",
		refused[_i].name);
	ck_assert_msg(strstr(diag_text(words, &diag), refused[_i].word) != NULL, "%s: \"%s\"",
		refused[_i].name, words);
}
END_TEST

START_TEST(refuses_md5_by_name)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *issuer = support_new_key(NULL, 512);
	struct recipe recipe = {"", NULL, EVP_md5, X509_VERSION_3, V_ASN1_UTF8STRING, {NULL}};
	CLEANUP(X509) X509 *theirs = cook(&recipe, issuer);
	CERTIFICATE_CLEANUP struct certificate ours = {0};
	BUFFER_CLEANUP struct buffer der = {0};
	struct diag diag = {0};

	SUPPORT_ENCODE(&der, i2d_X509, theirs);
	ASSERT_DONE(certificate_read(&ours, buffer_bytes(&der), &diag), &diag);
	ck_assert_int_eq(X509_verify(theirs, issuer), 1);
	ck_assert_int_eq(certificate_verify(&ours, issuer, &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.found, "MD5"));
}
END_TEST

/* Appends the certificate with issuerUniqueID and subjectUniqueID before its extensions. */
static void
put_unique_identifiers(struct buffer *out, struct bytes der)
{
	struct der cursor = der_start(der, "test", NULL), parts, tbs;
	struct der_element element;
	size_t whole = der_begin(out, DER_SEQUENCE), signed_part = der_begin(out, DER_SEQUENCE);

	ck_assert(der_enter(&cursor, DER_SEQUENCE, &parts));
	ck_assert(der_enter(&parts, DER_SEQUENCE, &tbs));
	while (!der_empty(&tbs)) {
		ck_assert(der_take_any(&tbs, &element));
		if (element.tag == DER_CONTEXT(3)) {
			der_put(out, DER_CONTEXT(1), BYTES("\x00\x01", 2));
			der_put(out, DER_CONTEXT(2), BYTES("\x00\x02", 2));
		}
		buffer_append(out, element.whole);
	}
	der_end(out, signed_part);
	while (!der_empty(&parts)) {
		ck_assert(der_take_any(&parts, &element));
		buffer_append(out, element.whole);
	}
	der_end(out, whole);
}

START_TEST(passes_over_unique_identifiers)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *issuer = support_new_key(NULL, 512);
	CLEANUP(X509) X509 *theirs = cook(&recipes[3], issuer), *again = NULL;
	CERTIFICATE_CLEANUP struct certificate ours = {0};
	BUFFER_CLEANUP struct buffer der = {0}, with = {0};
	const ASN1_BIT_STRING *identifier;
	struct diag diag = {0};

	SUPPORT_ENCODE(&der, i2d_X509, theirs);
	put_unique_identifiers(&with, buffer_bytes(&der));
	SUPPORT_DECODE(&again, d2i_X509, buffer_bytes(&with));
	X509_get0_uids(again, NULL, &identifier);
	ck_assert_ptr_nonnull(identifier);
	ASSERT_DONE(certificate_read(&ours, buffer_bytes(&with), &diag), &diag);
	compare_fields(&ours, again);
	compare_extensions(&ours, again);
}
END_TEST

START_TEST(reads_and_writes_pem)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *issuer = support_new_key(NULL, 512);
	CLEANUP(X509) X509 *theirs = cook(&recipes[3], issuer);
	CERTIFICATE_CLEANUP struct certificate ours = {0};
	BUFFER_CLEANUP struct buffer pem = {0}, written = {0};
	BIO *bio = BIO_new(BIO_s_mem());
	struct diag diag = {0};
	char *text;
	long size;

	ck_assert_int_eq(PEM_write_bio_PrivateKey(bio, issuer, NULL, NULL, 0, NULL, NULL), 1);
	size = BIO_get_mem_data(bio, &text);
	ck_assert_int_eq(certificate_read_pem(&ours, BYTES(text, size), &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.wanted, "CERTIFICATE"));

	ck_assert_int_eq(PEM_write_bio_X509(bio, theirs), 1);
	size = BIO_get_mem_data(bio, &text);
	buffer_append(&pem, BYTES(text, size));
	ASSERT_DONE(certificate_read_pem(&ours, buffer_bytes(&pem), &diag), &diag);
	compare_fields(&ours, theirs);
	certificate_write_pem(&written, buffer_bytes(&ours.der));
	ck_assert_ptr_nonnull(strstr(buffer_text(&pem), buffer_text(&written)));
	BIO_free(bio);

	certificate_done(&ours);
	pem.data[pem.size - 100] = '!';
	ck_assert_int_eq(certificate_read_pem(&ours, buffer_bytes(&pem), &diag), REFUSED);
}
END_TEST

START_TEST(copies_independently)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *issuer = support_new_key(NULL, 512);
	CLEANUP(X509) X509 *theirs = cook(&recipes[3], issuer);
	struct certificate ours = {0};
	CERTIFICATE_CLEANUP struct certificate copy = {0};
	BUFFER_CLEANUP struct buffer der = {0};

	certificate_copy(&copy, &ours);
	ck_assert_ptr_null(copy.der.data);
	SUPPORT_ENCODE(&der, i2d_X509, theirs);
	ck_assert_int_eq(certificate_read(&ours, buffer_bytes(&der), NULL), DONE);
	certificate_copy(&copy, &ours);
	memset(ours.der.data, 0, ours.der.size);
	certificate_done(&ours);
	compare_fields(&copy, theirs);
	compare_extensions(&copy, theirs);
}
END_TEST

START_TEST(answers_questions)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *issuer = support_new_key(NULL, 512);
	CLEANUP(X509) X509 *theirs = cook(&recipes[3], issuer);
	CERTIFICATE_CLEANUP struct certificate ours = {0};
	uint8_t digest[EVP_MAX_MD_SIZE], foreign[EVP_MAX_MD_SIZE];
	BUFFER_CLEANUP struct buffer der = {0};

	SUPPORT_ENCODE(&der, i2d_X509, theirs);
	ck_assert_int_eq(certificate_read(&ours, buffer_bytes(&der), NULL), DONE);
	ck_assert(certificate_is(&ours, ours.issuer, ours.serial));
	ck_assert(!certificate_is(&ours, ours.subject, ours.serial));
	ck_assert(!certificate_is(&ours, ours.issuer, BYTES(SERIAL, sizeof(SERIAL) - 2)));
	ck_assert_int_eq(
		certificate_fingerprint(digest, &ours, algorithm_digest_named("MD5"), NULL), DONE);
	ck_assert_int_eq(X509_digest(theirs, EVP_md5(), foreign, NULL), 1);
	ck_assert_mem_eq(digest, foreign, 16);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("certificate");
	TCase *reading = tcase_create("reading"), *verifying = tcase_create("verifying");

	tcase_add_loop_test(reading, reads_what_openssl_made, 0, ROWS(recipes));
	tcase_add_test(reading, refuses_every_truncation);
	tcase_add_loop_test(reading, refuses_what_is_malformed, 0, ROWS(refused));
	tcase_add_test(reading, passes_over_unique_identifiers);
	tcase_add_test(reading, reads_and_writes_pem);
	tcase_add_test(reading, copies_independently);
	tcase_add_test(reading, answers_questions);
	tcase_add_loop_test(verifying, refuses_other_signers, 0, ROWS(recipes));
	tcase_add_test(verifying, refuses_md5_by_name);
	tcase_add_test(verifying, notices_every_spoilt_octet);
	suite_add_tcase(suite, reading);
	suite_add_tcase(suite, verifying);
	return run_suite(suite);
}
