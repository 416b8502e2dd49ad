/* What the CA signs and what it refuses, judged by OpenSSL's verification and decoder. */
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ca_support.h"
#include "common/alternative_name.h"
#include "common/hresult.h"
#include "common/memory.h"
#include "common/name.h"
#include "server/store.h"
#include "tests/run_suite.h"

#define NOW CA_SUPPORT_NOW
#define DAY INT64_C(86400)

static const int hierarchies[] = {CA_HIERARCHY_ROOT, CA_HIERARCHY_ISSUING};

START_TEST(issues_what_was_asked_for)
{
	const struct ca_message message = {.subject = "CN=device,O=Example",
		.alternative_name = "DNS:device.example",
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE};
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	BUFFER_CLEANUP struct buffer subject = {0}, names = {0}, spki = {0};
	struct diag diag = {0};

	ca_support_init(&support, hierarchies[_i]);
	ca_support_issue(&certificate, &support, &message);
	ck_assert_int_eq(ca_support_verify(support.condition.authority,
				 buffer_bytes(&certificate.der), BYTES_NONE, NOW),
		X509_V_OK);
	name_text(&subject, certificate.subject);
	ck_assert_str_eq(buffer_text(&subject), "CN=device, O=Example");
	ASSERT_DONE(alternative_name_text(&names, certificate.subject_alt_name, &diag), &diag);
	ck_assert_str_eq(buffer_text(&names), "DNS:device.example");
	ASSERT_DONE(key_write_public(&spki, support.device_key, &diag), &diag);
	ck_assert(key_same(certificate.spki, buffer_bytes(&spki)));
	ck_assert_uint_eq(certificate.key_usage, KEY_USAGE_DIGITAL_SIGNATURE);
	ck_assert(support_has_purpose(buffer_bytes(&certificate.der), "1.3.6.1.5.5.8.2.2"));
	ck_assert(!certificate.is_ca);
	ck_assert_int_eq(certificate.not_before, NOW - 600);
	ck_assert_int_eq(certificate.not_after, NOW + 365 * DAY);
	ck_assert_uint_eq(certificate.serial.size, 19);
	ck_assert_mem_eq(certificate.serial.data + 1, "\0\0\0\1", 4);
}
END_TEST

START_TEST(issued_ones_are_bound_to_time_and_content)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	const struct authority *authority;
	struct bytes der;

	ca_support_init(&support, hierarchies[_i]);
	authority = support.condition.authority;
	ca_support_issue(&certificate, &support, &(struct ca_message){0});
	der = buffer_bytes(&certificate.der);
	ck_assert_int_eq(ca_support_verify(authority, der, BYTES_NONE, NOW + 366 * DAY),
		X509_V_ERR_CERT_HAS_EXPIRED);
	ck_assert_int_eq(ca_support_verify(authority, der, BYTES_NONE, NOW - 601),
		X509_V_ERR_CERT_NOT_YET_VALID);
	certificate.der.data[certificate.der.size - 1] ^= 1;
	ck_assert_int_eq(ca_support_verify(authority, der, BYTES_NONE, NOW),
		X509_V_ERR_CERT_SIGNATURE_FAILURE);
}
END_TEST

/* As AD CS orders them for a template of version 1; subjectAltName behind the identifiers. */
static const int extensions[] = {NID_undef /* template name */, NID_ext_key_usage, NID_key_usage,
	NID_subject_key_identifier, NID_authority_key_identifier, NID_subject_alt_name,
	NID_crl_distribution_points, NID_info_access};

START_TEST(subject_may_stand_in_the_alternative_name)
{
	const struct ca_message message = {.subject = "", .alternative_name = "DNS:device.example"};
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	CLEANUP(X509) X509 *decoded = NULL;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	ca_support_issue(&certificate, &support, &message);
	SUPPORT_DECODE(&decoded, d2i_X509, buffer_bytes(&certificate.der));
	ck_assert_int_eq(X509_get_ext_count(decoded), ROWS(extensions));
	for (size_t i = 0; i < ROWS(extensions); i++) {
		X509_EXTENSION *extension = X509_get_ext(decoded, (int)i);
		int type = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
		bool critical = type == NID_key_usage || type == NID_subject_alt_name;

		ck_assert_msg(type == extensions[i], "extension %zu is %s", i, OBJ_nid2sn(type));
		ck_assert_int_eq(X509_EXTENSION_get_critical(extension), critical);
	}
}
END_TEST

static void
set_templates(struct settings *settings, const char *name)
{
	char **const members[] = {&settings->signature_template, &settings->encryption_template,
		&settings->general_purpose_template};

	for (size_t i = 0; name && i < ROWS(members); i++) {
		free(*members[i]);
		*members[i] = text_copy(name);
	}
}

/* What OpenSSL lets a certificate of each template be used for. */
static const struct {
	const char *template;
	int purpose;
	int good;
} purposes[] = {
	{"IPSECIntermediateOffline", X509_PURPOSE_SSL_CLIENT, 0},
	{"WebServer", X509_PURPOSE_SSL_SERVER, 1},
	{"WebServer", X509_PURPOSE_SSL_CLIENT, 0},
	{"OfflineRouter", X509_PURPOSE_SSL_CLIENT, 1},
	{"OfflineRouter", X509_PURPOSE_SSL_SERVER, 0},
	{"Machine", X509_PURPOSE_SSL_CLIENT, 1},
	{"Machine", X509_PURPOSE_SSL_SERVER, 1},
	{"User", X509_PURPOSE_SMIME_ENCRYPT, 1},
	{"User", X509_PURPOSE_SSL_SERVER, 0},
	{"ClientAuth", X509_PURPOSE_SSL_CLIENT, 1},
	{"ClientAuth", X509_PURPOSE_SMIME_SIGN, 0},
	{"WebServer", X509_PURPOSE_CRL_SIGN, 0},
};

START_TEST(templates_decide_the_purpose)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	CLEANUP(X509) X509 *decoded = NULL;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	set_templates(&support.condition.settings, purposes[_i].template);
	ca_support_issue(&certificate, &support, &(struct ca_message){0});
	SUPPORT_DECODE(&decoded, d2i_X509, buffer_bytes(&certificate.der));
	ck_assert_msg(X509_check_purpose(decoded, purposes[_i].purpose, 0) == purposes[_i].good,
		"%s, purpose %d", purposes[_i].template, purposes[_i].purpose);
}
END_TEST

START_TEST(stores_before_the_reply)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	CERTIFICATE_RECORD_CLEANUP struct certificate_record record = {0};
	struct transaction_record transaction = {0};
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	ca_support_issue(&certificate, &support, &(struct ca_message){.transaction_id = "x"});
	ASSERT_DONE(store_certificate_find(
			    &record, support.server.store, "default", certificate.serial, &diag),
		&diag);
	ck_assert(bytes_equal(buffer_bytes(&record.der), buffer_bytes(&certificate.der)));
	ck_assert_uint_eq(record.request_id, 1);
	ASSERT_DONE(
		store_transaction_find(&transaction, support.server.store, "default", "x", &diag),
		&diag);
	ck_assert_int_eq(transaction.status, SCEP_STATUS_SUCCESS);
	transaction_record_done(&transaction);
}
END_TEST

START_TEST(nothing_outlives_the_ca)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	int64_t end;

	ca_support_init(&support, hierarchies[_i]);
	end = authority_issuer(support.condition.authority)->not_after;
	support.condition.settings.validity_period = 36500;
	ca_support_issue(&certificate, &support, &(struct ca_message){0});
	ck_assert_int_eq(certificate.not_after, end);
}
END_TEST

START_TEST(elliptic_keys_have_no_minimum)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key("P-256", 0);

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	support.condition.settings.minimum_key_size = 2048;
	ca_support_issue(&certificate, &support, &(struct ca_message){.key = key});
	ck_assert_int_eq(ca_support_verify(support.condition.authority,
				 buffer_bytes(&certificate.der), BYTES_NONE, NOW),
		X509_V_OK);
}
END_TEST

/* One thing each that AD CS refuses, and its twin that it takes. */
static const struct {
	struct ca_message message;
	const char *template; /* of all three; NULL: the default */
	int64_t minimum_key_size;
	const char *reason; /* NULL: issued */
	int32_t error;
	const char *words;
} refusals[] = {
	{{0}, NULL, 1024, NULL, 0, NULL},
	{{0}, NULL, 1025, "key-too-small", HRESULT_CERTSRV_E_KEY_LENGTH, "1024 bits"},
	{{0}, "WebServer", 1024, NULL, 0, NULL},
	{{0}, "Contoso Devices", 1024, "template-unknown", HRESULT_CERTSRV_E_UNSUPPORTED_CERT_TYPE,
		"Contoso Devices"},
	{{0}, "Web Server", 1024, "template-unknown", HRESULT_CERTSRV_E_UNSUPPORTED_CERT_TYPE,
		"display name"},
	{{.subject = "", .alternative_name = "DNS:a"}, NULL, 1024, NULL, 0, NULL},
	{{.subject = ""}, NULL, 1024, "subject-missing", HRESULT_CERTSRV_E_BAD_REQUESTSUBJECT,
		"neither"},
	{{.later = 24 * 366 * DAY}, NULL, 1024, "ca-expired", HRESULT_CERT_E_EXPIRED,
		"valid until 2049-12-31"},
};

START_TEST(refuses_as_ad_cs_does)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *exchange = NULL, *poll = NULL;
	char text[DIAG_TEXT_SIZE];

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	set_templates(&support.condition.settings, refusals[_i].template);
	support.condition.settings.minimum_key_size = refusals[_i].minimum_key_size;
	exchange = ca_support_run(&support, &refusals[_i].message);
	diag_text(text, &exchange->diag);
	if (!refusals[_i].reason) {
		ck_assert_msg(exchange->disposition.status == SCEP_STATUS_SUCCESS, "%s", text);
		ck_assert_uint_gt(exchange->issuance.certificate.size, 0);
		return;
	}
	ck_assert_int_eq(exchange->disposition.status, SCEP_STATUS_FAILURE);
	ck_assert_int_eq(exchange->disposition.fail_info, SCEP_FAIL_BAD_REQUEST);
	ck_assert_str_eq(exchange->disposition.reason, refusals[_i].reason);
	ck_assert_int_eq(exchange->disposition.error, refusals[_i].error);
	ck_assert_uint_eq(exchange->disposition.event, 31);
	ck_assert_msg(strstr(text, refusals[_i].words), "%s", text);
	ck_assert_uint_eq(exchange->issuance.certificate.size, 0);
	/* The transaction has ended so, and a poll says it again. */
	poll = ca_support_run(&support, &(struct ca_message){.type = SCEP_CERT_POLL});
	ck_assert_int_eq(poll->disposition.status, SCEP_STATUS_FAILURE);
	ck_assert_int_eq(poll->disposition.error, refusals[_i].error);
}
END_TEST

/* --- serial numbers under parallel enrolments ------------------------------------------ */

#define THREADS    8
#define ENROLMENTS 25

struct enroller {
	struct ca_support *support;
	unsigned number;
	uint8_t serials[ENROLMENTS][CERTIFICATE_SERIAL_MAX];
};

static void *
enrol(void *context)
{
	struct enroller *enroller = context;

	for (unsigned i = 0; i < ENROLMENTS; i++) {
		CERTIFICATE_CLEANUP struct certificate certificate = {0};
		TEXT_CLEANUP char *id = text_format("%u-%u", enroller->number, i);

		ca_support_issue(&certificate, enroller->support,
			&(struct ca_message){.transaction_id = id});
		memcpy(enroller->serials[i], certificate.serial.data, certificate.serial.size);
	}
	return NULL;
}

static int
compare_serials(const void *left, const void *right)
{
	return memcmp(left, right, CERTIFICATE_SERIAL_MAX);
}

START_TEST(no_serial_is_given_twice)
{
	static uint8_t serials[THREADS * ENROLMENTS][CERTIFICATE_SERIAL_MAX];
	static struct enroller enrollers[THREADS];
	CA_SUPPORT_CLEANUP struct ca_support support;
	pthread_t threads[THREADS];

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	for (unsigned i = 0; i < THREADS; i++) {
		enrollers[i] = (struct enroller){.support = &support, .number = i};
		ck_assert_int_eq(pthread_create(&threads[i], NULL, enrol, &enrollers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		memcpy(serials[i * ENROLMENTS], enrollers[i].serials, sizeof(enrollers[i].serials));
	}
	qsort(serials, ROWS(serials), sizeof(serials[0]), compare_serials);
	for (size_t i = 1; i < ROWS(serials); i++) {
		ck_assert_mem_ne(serials[i - 1], serials[i], sizeof(serials[i]));
		/* Nor a request number, which stands in octets 1 to 4. */
		ck_assert_mem_ne(serials[i - 1] + 1, serials[i] + 1, 4);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ca_issue");
	TCase *tcase = tcase_create("issue");

	tcase_add_loop_test(tcase, issues_what_was_asked_for, 0, ROWS(hierarchies));
	tcase_add_loop_test(tcase, issued_ones_are_bound_to_time_and_content, 0, ROWS(hierarchies));
	tcase_add_test(tcase, subject_may_stand_in_the_alternative_name);
	tcase_add_loop_test(tcase, templates_decide_the_purpose, 0, ROWS(purposes));
	tcase_add_test(tcase, stores_before_the_reply);
	tcase_add_loop_test(tcase, nothing_outlives_the_ca, 0, ROWS(hierarchies));
	tcase_add_test(tcase, elliptic_keys_have_no_minimum);
	tcase_add_loop_test(tcase, refuses_as_ad_cs_does, 0, ROWS(refusals));
	tcase_add_test(tcase, no_serial_is_given_twice);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
