/* Which template a request gets, and what the template makes of it. */
#include <string.h>

#include "server/certificate_template.h"
#include "tests/run_suite.h"
#include "x509_support.h"

#define SIGN    KEY_USAGE_DIGITAL_SIGNATURE
#define ENCRYPT KEY_USAGE_KEY_ENCIPHERMENT

static const struct {
	uint32_t key_usage;
	const char *name;
} choices[] = {
	{0, "General"},
	{SIGN, "Signature"},
	{KEY_USAGE_NON_REPUDIATION, "Signature"},
	{ENCRYPT, "Encryption"},
	{KEY_USAGE_DATA_ENCIPHERMENT, "Encryption"},
	{KEY_USAGE_KEY_AGREEMENT, "Encryption"},
	{SIGN | ENCRYPT, "General"},
	{KEY_USAGE_NON_REPUDIATION | KEY_USAGE_KEY_AGREEMENT, "General"},
	{KEY_USAGE_CRL_SIGN, "General"},
};

START_TEST(chooses_by_key_usage)
{
	char signature[] = "Signature", encryption[] = "Encryption", general[] = "General";
	const struct settings settings = {.signature_template = signature,
		.encryption_template = encryption,
		.general_purpose_template = general};

	ck_assert_str_eq(
		certificate_template_name(&settings, choices[_i].key_usage), choices[_i].name);
}
END_TEST

START_TEST(finds_by_name_without_case)
{
	const struct certificate_template *template = NULL;
	struct diag diag = {0};

	ASSERT_DONE(certificate_template_find(&template, "webserver", &diag), &diag);
	ck_assert_str_eq(template->name, "WebServer");
}
END_TEST

static const struct {
	const char *name;
	const char *words; /* that the refusal holds */
} unknown[] = {
	{"", "\"\""},
	{"NoSuchTemplate", "NoSuchTemplate"},
	{"IPSECIntermediateOfflin", "the name of a template"},
	{"IPSec (Offline request)", "which is a display name; expected IPSECIntermediateOffline"},
};

START_TEST(refuses_unknown_names)
{
	const struct certificate_template *template = NULL;
	struct diag diag = {0};
	char text[DIAG_TEXT_SIZE];

	ck_assert_int_eq(certificate_template_find(&template, unknown[_i].name, &diag), REFUSED);
	ck_assert_ptr_null(template);
	ck_assert_msg(strstr(diag_text(text, &diag), unknown[_i].words), "%s", text);
}
END_TEST

static const struct {
	const char *name;
	uint32_t requested;
	uint32_t key_usage;
	size_t purpose_count;
	enum oid first_purpose;
} applications[] = {
	{"IPSECIntermediateOffline", 0, SIGN | ENCRYPT, 1, OID_IPSEC_IKE_INTERMEDIATE},
	{"IPSECIntermediateOffline", SIGN, SIGN, 1, OID_IPSEC_IKE_INTERMEDIATE},
	{"IPSECIntermediateOffline", ENCRYPT | KEY_USAGE_CRL_SIGN, ENCRYPT, 1,
		OID_IPSEC_IKE_INTERMEDIATE},
	{"IPSECIntermediateOffline", KEY_USAGE_CRL_SIGN, SIGN | ENCRYPT, 1,
		OID_IPSEC_IKE_INTERMEDIATE},
	{"ClientAuth", SIGN | ENCRYPT, SIGN, 1, OID_CLIENT_AUTH},
	{"Machine", 0, SIGN | ENCRYPT, 2, OID_CLIENT_AUTH},
	{"User", 0, SIGN | ENCRYPT, 3, OID_ENCRYPTING_FILE_SYSTEM},
	{"CEPEncryption", 0, ENCRYPT, 1, OID_CERTIFICATE_REQUEST_AGENT},
	{"EnrollmentAgentOffline", 0, SIGN, 1, OID_CERTIFICATE_REQUEST_AGENT},
};

START_TEST(applies_to_a_plan)
{
	const struct certificate_template *template;
	struct certificate_plan plan = {.purpose_count = 5};
	struct diag diag = {0};
	const char *name = applications[_i].name;

	ASSERT_DONE(certificate_template_find(&template, name, &diag), &diag);
	certificate_template_apply(&plan, template, applications[_i].requested);
	ck_assert_str_eq(plan.template_name, name);
	ck_assert_msg(
		plan.key_usage == applications[_i].key_usage, "%s: %#x", name, plan.key_usage);
	ck_assert_msg(plan.purpose_count == applications[_i].purpose_count, "%s: %zu", name,
		plan.purpose_count);
	ck_assert_msg(oid_find(plan.purposes[0]) == applications[_i].first_purpose, "%s", name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("certificate_template");
	TCase *tcase = tcase_create("templates");

	tcase_add_loop_test(tcase, chooses_by_key_usage, 0, ROWS(choices));
	tcase_add_test(tcase, finds_by_name_without_case);
	tcase_add_loop_test(tcase, refuses_unknown_names, 0, ROWS(unknown));
	tcase_add_loop_test(tcase, applies_to_a_plan, 0, ROWS(applications));
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
