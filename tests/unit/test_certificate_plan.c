/* Certificates of our making before OpenSSL's judgement: its decoder, its strict verification and
 * its X509_check functions. */
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "common/certificate_plan.h"
#include "common/name_parse.h"
#include "tests/run_suite.h"
#include "x509_support.h"

#define NOW 1700000000 /* 2023-11-14 */
#define DAY 86400
#define SAN                                                                                        \
	"\x30\x0e\x82\x0c"                                                                         \
	"host.example"
#define CRL_URL    "http://127.0.0.1:8080/ca.crl"
#define ISSUER_URL "http://127.0.0.1:8080/ca.crt"
#define SERIAL     "\x68\x00\x00\x00\x09\x9a\x9d\xe5\x63\x10\xf9\x5c\x4f\x00\x00\x00\x00\x00\x09"
#define TEXT(text) BYTES(text, sizeof(text) - 1)

OSSL_CLEANUP(X509_STORE, X509_STORE)
OSSL_CLEANUP(X509_STORE_CTX, X509_STORE_CTX)

/* A subject with its key, and the certificate that a plan gave it. */
struct party {
	EVP_PKEY *key;
	struct buffer name;
	struct buffer spki;
	struct buffer der;
	struct certificate ours;
	X509 *theirs;
};

static void
party_done(struct party *party)
{
	EVP_PKEY_free(party->key);
	buffer_done(&party->name);
	buffer_done(&party->spki);
	buffer_done(&party->der);
	certificate_done(&party->ours);
	X509_free(party->theirs);
}

#define PARTY_CLEANUP __attribute__((cleanup(party_done)))

static void
party_init(struct party *party, const char *name, const char *curve)
{
	struct diag diag = {0};

	*party = (struct party){.key = support_new_key(curve, 1024)};
	ASSERT_DONE(name_parse(&party->name, name, &diag), &diag);
	ASSERT_DONE(key_write_public(&party->spki, party->key, &diag), &diag);
}

/* A plan as a careful CA fills it. */
static struct certificate_plan
plan_for(const struct party *subject, const struct party *issuer, const char *digest)
{
	struct certificate_plan plan = {
		.serial_size = sizeof(SERIAL) - 1,
		.digest = algorithm_digest_named(digest),
		.issuer = buffer_bytes(&issuer->name),
		.not_before = NOW - DAY,
		.not_after = NOW + 365 * DAY,
		.subject = buffer_bytes(&subject->name),
		.spki = buffer_bytes(&subject->spki),
		.subject_key_identifier = true,
		.authority_key_identifier = issuer->ours.subject_key_identifier,
	};

	memcpy(plan.serial, SERIAL, plan.serial_size);
	return plan;
}

static struct certificate_plan
ca_plan_for(const struct party *subject, const struct party *issuer, const char *digest)
{
	struct certificate_plan plan = plan_for(subject, issuer, digest);

	plan.is_ca = true;
	plan.key_usage = KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN;
	return plan;
}

static struct certificate_plan
device_plan_for(const struct party *subject, const struct party *issuer, const char *digest)
{
	struct certificate_plan plan = plan_for(subject, issuer, digest);

	plan.template_name = "IPSECIntermediateOffline";
	plan.purposes[0] = oid_bytes(OID_CLIENT_AUTH);
	plan.purposes[1] = oid_bytes(OID_IPSEC_IKE_INTERMEDIATE);
	plan.purpose_count = 2;
	plan.key_usage = KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT;
	plan.subject_alt_name = TEXT(SAN);
	plan.crl_url = CRL_URL;
	plan.issuer_url = ISSUER_URL;
	return plan;
}

/* Signs, and lets OpenSSL and us read the result. The plan may look into what it replaces. */
static void
issue(struct party *subject, const struct certificate_plan *plan, const struct party *issuer)
{
	struct buffer der = {0};
	struct diag diag = {0};

	ASSERT_DONE(certificate_plan_sign(&der, plan, issuer->key, &diag), &diag);
	buffer_done(&subject->der);
	subject->der = der;
	certificate_done(&subject->ours);
	X509_free(subject->theirs);
	SUPPORT_DECODE(&subject->theirs, d2i_X509, buffer_bytes(&subject->der));
	ASSERT_DONE(certificate_read(&subject->ours, buffer_bytes(&subject->der), &diag), &diag);
	ASSERT_DONE(certificate_verify(&subject->ours, issuer->key, &diag), &diag);
	ck_assert_int_eq(X509_verify(subject->theirs, issuer->key), 1);
}

/* A root, an issuing CA below it and a device, each with a sensible certificate. */
struct chain {
	struct party root;
	struct party issuing;
	struct party device;
};

static void
chain_done(struct chain *chain)
{
	party_done(&chain->root);
	party_done(&chain->issuing);
	party_done(&chain->device);
}

#define CHAIN_CLEANUP __attribute__((cleanup(chain_done)))

static void
chain_init(struct chain *chain, const char *curve, const char *digest)
{
	struct certificate_plan plan;

	party_init(&chain->root, "CN=TEST ONLY Root,DC=example", curve);
	party_init(&chain->issuing, "CN=TEST ONLY Issuing,DC=example", curve);
	party_init(&chain->device, "CN=device-1", NULL);
	plan = ca_plan_for(&chain->root, &chain->root, digest);
	issue(&chain->root, &plan, &chain->root);
	plan = ca_plan_for(&chain->issuing, &chain->root, digest);
	issue(&chain->issuing, &plan, &chain->root);
	plan = device_plan_for(&chain->device, &chain->issuing, digest);
	issue(&chain->device, &plan, &chain->issuing);
}

/* What X509_verify_cert says of the chain in strict mode, as `openssl verify -x509_strict`. */
static int
strict_verify(const struct chain *chain, int64_t now)
{
	CLEANUP(X509_STORE) X509_STORE *store = X509_STORE_new();
	CLEANUP(X509_STORE_CTX) X509_STORE_CTX *context = X509_STORE_CTX_new();
	STACK_OF(X509) *untrusted = sk_X509_new_null();
	X509_VERIFY_PARAM *parameters;
	int error;

	ck_assert_int_eq(X509_STORE_add_cert(store, chain->root.theirs), 1);
	ck_assert_int_gt(sk_X509_push(untrusted, chain->issuing.theirs), 0);
	ck_assert_int_eq(X509_STORE_CTX_init(context, store, chain->device.theirs, untrusted), 1);
	parameters = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_flags(
		parameters, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
	X509_VERIFY_PARAM_set_time(parameters, (time_t)now);
	X509_VERIFY_PARAM_set_auth_level(parameters, 0);
	ck_assert_int_eq(X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT), 1);
	error = X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
	sk_X509_free(untrusted);
	return error;
}

static const struct {
	const char *curve; /* of the CAs */
	const char *digest;
} signings[] = {
	{NULL, "SHA-1"},
	{NULL, "SHA-256"},
	{NULL, "SHA-384"},
	{NULL, "SHA-512"},
	{"P-256", "SHA-256"},
	{"P-384", "SHA-384"},
};

START_TEST(passes_strict_verification)
{
	CHAIN_CLEANUP struct chain chain;

	chain_init(&chain, signings[_i].curve, signings[_i].digest);
	ck_assert_str_eq(X509_verify_cert_error_string(strict_verify(&chain, NOW)), "ok");
	ck_assert_int_eq(X509_check_ca(chain.root.theirs), 1);
	ck_assert_int_eq(X509_check_ca(chain.device.theirs), 0);
	ck_assert_int_eq(X509_check_issued(chain.issuing.theirs, chain.device.theirs), X509_V_OK);
	ck_assert_int_ne(X509_check_issued(chain.root.theirs, chain.device.theirs), X509_V_OK);
	ck_assert_int_eq(X509_check_private_key(chain.device.theirs, chain.device.key), 1);
	ck_assert_int_eq(X509_check_host(chain.device.theirs, "host.example", 0, 0, NULL), 1);
	ck_assert_int_eq(X509_check_host(chain.device.theirs, "other.example", 0, 0, NULL), 0);
	ck_assert_int_eq(X509_check_purpose(chain.device.theirs, X509_PURPOSE_SSL_SERVER, 0), 0);
}
END_TEST

/* What somebody may plan, and what is then wrong with it: the plan is carried out as it is. */
static void
expire(struct certificate_plan *plan)
{
	plan->not_after = NOW - 1;
}

static void
postpone(struct certificate_plan *plan)
{
	plan->not_before = NOW + 1;
}

static void
rename_issuer(struct certificate_plan *plan)
{
	plan->issuer = plan->subject;
}

static void
mistake_authority(struct certificate_plan *plan)
{
	plan->authority_key_identifier = TEXT("\x01\x02");
}

static void
serve_only(struct certificate_plan *plan)
{
	plan->purposes[0] = oid_bytes(OID_SERVER_AUTH);
	plan->purpose_count = 1;
}

static void
append_unknown_critical(struct certificate_plan *plan)
{
	plan->other_extensions = TEXT("\x30\x0c\x06\x03\x2a\x03\x04\x01\x01\xff\x04\x02\x05\x00");
}

static const struct {
	void (*edit)(struct certificate_plan *plan);
	int error;
} edits[] = {
	{expire, X509_V_ERR_CERT_HAS_EXPIRED},
	{postpone, X509_V_ERR_CERT_NOT_YET_VALID},
	{rename_issuer, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
	{mistake_authority, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
	{serve_only, X509_V_ERR_INVALID_PURPOSE},
	{append_unknown_critical, X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION},
};

START_TEST(carries_out_bad_plans)
{
	CHAIN_CLEANUP struct chain chain;
	struct certificate_plan plan;

	chain_init(&chain, "P-256", "SHA-256");
	plan = device_plan_for(&chain.device, &chain.issuing, "SHA-256");
	edits[_i].edit(&plan);
	issue(&chain.device, &plan, &chain.issuing);
	ck_assert_str_eq(X509_verify_cert_error_string(strict_verify(&chain, NOW)),
		X509_verify_cert_error_string(edits[_i].error));
}
END_TEST

START_TEST(makes_no_ca_unasked)
{
	CHAIN_CLEANUP struct chain chain;
	struct certificate_plan plan;

	chain_init(&chain, "P-256", "SHA-256");
	plan = device_plan_for(&chain.issuing, &chain.root, "SHA-256");
	issue(&chain.issuing, &plan, &chain.root);
	ck_assert_int_eq(strict_verify(&chain, NOW), X509_V_ERR_INVALID_CA);
}
END_TEST

/* The order of a real NDES's own certificate, with the rest where AD CS would put it. */
START_TEST(writes_extensions_in_order)
{
	static const char *const order[] = {"1.3.6.1.4.1.311.20.2", "2.5.29.37", "2.5.29.15",
		"2.5.29.19", "2.5.29.14", "2.5.29.35", "2.5.29.17", "2.5.29.31",
		"1.3.6.1.5.5.7.1.1", "1.2.3.4"};
	static const bool critical[] = {
		false, false, true, true, false, false, true, false, false, false};
	CHAIN_CLEANUP struct chain chain;
	struct certificate_plan plan;

	chain_init(&chain, "P-256", "SHA-256");
	plan = device_plan_for(&chain.device, &chain.issuing, "SHA-256");
	plan.is_ca = true;
	plan.subject_alt_name_critical = true;
	plan.other_extensions = TEXT("\x30\x09\x06\x03\x2a\x03\x04\x04\x02\x05\x00");
	issue(&chain.device, &plan, &chain.issuing);
	ck_assert_int_eq(X509_get_ext_count(chain.device.theirs), ROWS(order));
	for (size_t i = 0; i < ROWS(order); i++) {
		X509_EXTENSION *extension = X509_get_ext(chain.device.theirs, (int)i);
		char dotted[64];

		OBJ_obj2txt(dotted, sizeof(dotted), X509_EXTENSION_get_object(extension), 1);
		ck_assert_str_eq(dotted, order[i]);
		ck_assert_msg(
			X509_EXTENSION_get_critical(extension) == critical[i], "%s", order[i]);
	}
}
END_TEST

static void
assert_uri(const GENERAL_NAME *name, const char *uri)
{
	int type;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);

	ck_assert_int_eq(type, GEN_URI);
	ck_assert(bytes_equal(
		BYTES(ASN1_STRING_get0_data(value), ASN1_STRING_length(value)), bytes_text(uri)));
}

START_TEST(writes_urls)
{
	CHAIN_CLEANUP struct chain chain;
	CRL_DIST_POINTS *points;
	AUTHORITY_INFO_ACCESS *access;

	chain_init(&chain, "P-256", "SHA-256");
	points = X509_get_ext_d2i(chain.device.theirs, NID_crl_distribution_points, NULL, NULL);
	ck_assert_int_eq(sk_DIST_POINT_num(points), 1);
	assert_uri(
		sk_GENERAL_NAME_value(sk_DIST_POINT_value(points, 0)->distpoint->name.fullname, 0),
		CRL_URL);
	CRL_DIST_POINTS_free(points);
	access = X509_get_ext_d2i(chain.device.theirs, NID_info_access, NULL, NULL);
	ck_assert_int_eq(sk_ACCESS_DESCRIPTION_num(access), 1);
	ck_assert_int_eq(
		OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(access, 0)->method), NID_ad_ca_issuers);
	assert_uri(sk_ACCESS_DESCRIPTION_value(access, 0)->location, ISSUER_URL);
	AUTHORITY_INFO_ACCESS_free(access);
}
END_TEST

START_TEST(writes_identifiers)
{
	CHAIN_CLEANUP struct chain chain;
	uint8_t digest[EVP_MAX_MD_SIZE];
	const ASN1_OCTET_STRING *subject, *authority;

	chain_init(&chain, "P-256", "SHA-256");
	subject = X509_get0_subject_key_id(chain.device.theirs);
	ck_assert_int_eq(X509_pubkey_digest(chain.device.theirs, EVP_sha1(), digest, NULL), 1);
	ck_assert(bytes_equal(BYTES(subject->data, subject->length), BYTES(digest, 20)));
	authority = X509_get0_authority_key_id(chain.device.theirs);
	ck_assert_int_eq(
		ASN1_OCTET_STRING_cmp(authority, X509_get0_subject_key_id(chain.issuing.theirs)),
		0);
}
END_TEST

START_TEST(writes_the_template_as_bmp_string)
{
	static const uint8_t expected[] = {
		0x1e, 0x0c, 0, 'O', 0, 'f', 0, 'f', 0, 'l', 0x20, 0xac, 0, '!'};
	CHAIN_CLEANUP struct chain chain;
	struct certificate_plan plan;

	chain_init(&chain, "P-256", "SHA-256");
	plan = device_plan_for(&chain.device, &chain.issuing, "SHA-256");
	plan.template_name = "Offl\xe2\x82\xac!";
	issue(&chain.device, &plan, &chain.issuing);
	ck_assert(bytes_equal(support_extension(chain.device.theirs, "1.3.6.1.4.1.311.20.2"),
		BYTES(expected, sizeof(expected))));
}
END_TEST

START_TEST(leaves_out_what_is_not_planned)
{
	PARTY_CLEANUP struct party party;
	struct certificate_plan plan;

	party_init(&party, "", "P-256");
	plan = plan_for(&party, &party, "SHA-256");
	plan.subject_key_identifier = false;
	issue(&party, &plan, &party);
	ck_assert_int_eq(X509_get_version(party.theirs), X509_VERSION_3);
	ck_assert_ptr_null(X509_get0_extensions(party.theirs));
	ck_assert_int_eq(X509_NAME_entry_count(X509_get_subject_name(party.theirs)), 0);
}
END_TEST

START_TEST(writes_serial_names_key_and_dates)
{
	static const int64_t dates[][2] = {
		{NOW, NOW + 1},
		{-631152000, 2524607999},   /* 1950 and the last second of 2049: UTCTime */
		{2524608000, 253402300799}, /* 2050 and the last second of 9999: GeneralizedTime */
	};
	PARTY_CLEANUP struct party party;
	const ASN1_INTEGER *serial;
	BUFFER_CLEANUP struct buffer spki = {0};
	struct certificate_plan plan;

	party_init(&party, "CN=Ger\xc3\xa4t,O=Example\\, Inc.", "P-256");
	for (size_t i = 0; i < ROWS(dates); i++) {
		plan = plan_for(&party, &party, "SHA-256");
		plan.not_before = dates[i][0];
		plan.not_after = dates[i][1];
		issue(&party, &plan, &party);
		ck_assert_int_eq(
			ASN1_TIME_cmp_time_t(X509_get0_notBefore(party.theirs), dates[i][0]), 0);
		ck_assert_int_eq(
			ASN1_TIME_cmp_time_t(X509_get0_notAfter(party.theirs), dates[i][1]), 0);
		ck_assert_int_eq(party.ours.not_before, dates[i][0]);
		ck_assert_int_eq(party.ours.not_after, dates[i][1]);
	}
	ck_assert_int_eq(
		ASN1_STRING_type(X509_get0_notBefore(party.theirs)), V_ASN1_GENERALIZEDTIME);
	serial = X509_get0_serialNumber(party.theirs);
	ck_assert(bytes_equal(BYTES(serial->data, serial->length), TEXT(SERIAL)));
	SUPPORT_ENCODE(&spki, i2d_X509_PUBKEY, X509_get_X509_PUBKEY(party.theirs));
	ck_assert(bytes_equal(buffer_bytes(&spki), buffer_bytes(&party.spki)));
	ck_assert_int_eq(X509_NAME_cmp(X509_get_subject_name(party.theirs),
				 X509_get_issuer_name(party.theirs)),
		0);
}
END_TEST

/* The built-in root must have the same fingerprint on every machine. */
START_TEST(signs_the_same_twice_with_rsa)
{
	PARTY_CLEANUP struct party party;
	BUFFER_CLEANUP struct buffer again = {0};
	struct certificate_plan plan;

	party_init(&party, "CN=TEST ONLY", NULL);
	plan = ca_plan_for(&party, &party, "SHA-256");
	issue(&party, &plan, &party);
	ck_assert_int_eq(certificate_plan_sign(&again, &plan, party.key, NULL), DONE);
	ck_assert(bytes_equal(buffer_bytes(&again), buffer_bytes(&party.der)));
}
END_TEST

START_TEST(says_what_cannot_be_made)
{
	PARTY_CLEANUP struct party party;
	BUFFER_CLEANUP struct buffer out = {0};
	struct certificate_plan plan;
	struct diag diag = {0};

	party_init(&party, "CN=a", "P-256");
	plan = plan_for(&party, &party, "MD5");
	ck_assert_int_eq(certificate_plan_sign(&out, &plan, party.key, &diag), BROKEN);
	ck_assert_ptr_nonnull(strstr(diag.found, "ECDSA with MD5"));
	plan = plan_for(&party, &party, "SHA-256");
	plan.template_name = "\xff";
	ck_assert_int_eq(certificate_plan_sign(&out, &plan, party.key, &diag), BROKEN);
	ck_assert_ptr_nonnull(strstr(diag.found, "template"));
	plan = plan_for(&party, &party, "SHA-256");
	plan.spki = TEXT("\x30\x00");
	ck_assert_int_eq(certificate_plan_sign(&out, &plan, party.key, &diag), BROKEN);
	ck_assert_str_eq(diag.object, "SubjectPublicKeyInfo");
	ck_assert_uint_eq(out.size, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("certificate_plan");
	TCase *verification = tcase_create("verification"), *fields = tcase_create("fields");

	tcase_add_loop_test(verification, passes_strict_verification, 0, ROWS(signings));
	tcase_add_loop_test(verification, carries_out_bad_plans, 0, ROWS(edits));
	tcase_add_test(verification, makes_no_ca_unasked);
	tcase_add_test(verification, signs_the_same_twice_with_rsa);
	tcase_add_test(verification, says_what_cannot_be_made);
	tcase_add_test(fields, writes_extensions_in_order);
	tcase_add_test(fields, writes_urls);
	tcase_add_test(fields, writes_identifiers);
	tcase_add_test(fields, writes_the_template_as_bmp_string);
	tcase_add_test(fields, leaves_out_what_is_not_planned);
	tcase_add_test(fields, writes_serial_names_key_and_dates);
	suite_add_tcase(suite, verification);
	suite_add_tcase(suite, fields);
	return run_suite(suite);
}
