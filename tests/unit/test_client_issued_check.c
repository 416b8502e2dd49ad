/* What is held against the certificate in a reply. */
#include <string.h>

#include "client/issued_check.h"
#include "common/alternative_name.h"
#include "common/clock.h"
#include "common/name.h"
#include "common/name_parse.h"
#include "common/signed_data_writer.h"
#include "tests/run_suite.h"
#include "tests/unit/client_support.h"
#include "tests/unit/x509_support.h"

static struct deployment ndes;
static struct identity other;
static struct ca_certificates authority;
static struct report report;
static EVP_PKEY *key; /* of the request */
static struct buffer spki, subject, names;
static struct certificate found;
static const struct certificate *renewed;
static struct diag diag;

static void
set_up(void)
{
	deployment_init(&ndes);
	support_authority(&authority, &ndes);
	support_report(&report);
	support_person(&other, &(struct person_plan){.subject = "CN=other", .issuer = &ndes.ca});
	key = support_new_key(NULL, 1024);
	ASSERT_DONE(key_write_public(&spki, key, &diag), &diag);
	ASSERT_DONE(name_parse(&subject, "CN=device,O=Example", &diag), &diag);
	ASSERT_DONE(alternative_name_parse(&names, "DNS:device.example", &diag), &diag);
}

static void
tear_down(void)
{
	certificate_done(&found);
	EVP_PKEY_free(key);
	buffer_done(&spki);
	buffer_done(&subject);
	buffer_done(&names);
	identity_done(&other);
	report_done(&report);
	ca_certificates_done(&authority);
	deployment_done(&ndes);
}

/* What a good CA would issue. */
static struct person_plan
good_plan(void)
{
	EVP_PKEY_up_ref(key);
	return (struct person_plan){
		.subject = "CN=device,O=Example",
		.issuer = &ndes.ca,
		.key = key,
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT,
		.names = buffer_bytes(&names),
	};
}

static int
check_answer(const struct bytes *certificates, size_t count)
{
	SIGNED_DATA_CLEANUP struct signed_data answer = {0};
	BUFFER_CLEANUP struct buffer der = {0};
	const struct issued_expectation expected = {
		.authority = &authority,
		.spki = buffer_bytes(&spki),
		.subject = buffer_bytes(&subject),
		.subject_alt_name = buffer_bytes(&names),
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT,
		.now = support_now(),
		.renewed = renewed,
	};

	certificate_done(&found);
	certs_only_write(&der, certificates, count, BYTES_NONE);
	ASSERT_DONE(signed_data_read(&answer, buffer_bytes(&der), &diag), &diag);
	return issued_check(&found, &answer, &expected, &report, &diag);
}

/* Issues by this plan and checks an answer with that certificate alone. */
static int
check_plan(const struct person_plan *plan)
{
	IDENTITY_CLEANUP struct identity person;
	struct bytes certificate;

	support_person(&person, plan);
	certificate = buffer_bytes(&person.certificate.der);
	return check_answer(&certificate, 1);
}

static size_t
warnings(void)
{
	return json_array_size(json_object_get(report.object, "warnings"));
}

START_TEST(takes_what_was_asked_for)
{
	struct person_plan plan = good_plan();

	ASSERT_DONE(check_plan(&plan), &diag);
	ck_assert_uint_eq(warnings(), 0);
	ck_assert(name_equal(found.subject, buffer_bytes(&subject)));
}
END_TEST

/* RFC 8894 3.4 lets the CA send its chain too, and servers differ in the order. */
START_TEST(finds_it_among_others)
{
	IDENTITY_CLEANUP struct identity person;
	struct person_plan plan = good_plan();
	struct bytes answer[3];

	support_person(&person, &plan);
	for (size_t place = 0; place < 3; place++) {
		answer[(place + 1) % 3] = buffer_bytes(&ndes.ca.certificate.der);
		answer[(place + 2) % 3] = buffer_bytes(&ndes.root.certificate.der);
		answer[place] = buffer_bytes(&person.certificate.der);
		ASSERT_DONE(check_answer(answer, 3), &diag);
		ck_assert(bytes_equal(buffer_bytes(&found.der), answer[place]));
	}
	/* In the first place there is nothing to say. */
	ck_assert_uint_eq(warnings(), 2);
	ck_assert(support_warned(&report, "is number 2 of the 3 in the reply"));
	ck_assert(support_warned(&report, "is number 3 of the 3 in the reply"));
}
END_TEST

START_TEST(warns_of_strangers)
{
	IDENTITY_CLEANUP struct identity person;
	struct person_plan plan = good_plan();
	struct bytes answer[2] = {BYTES_NONE, buffer_bytes(&other.certificate.der)};

	support_person(&person, &plan);
	answer[0] = buffer_bytes(&person.certificate.der);
	ASSERT_DONE(check_answer(answer, 2), &diag);
	ck_assert_uint_eq(warnings(), 1);
	ck_assert(support_warned(&report, "holds \"CN=other\" too, which is no CA of GetCACert"));
}
END_TEST

START_TEST(refuses_the_serial_number_of_the_renewed_one)
{
	IDENTITY_CLEANUP struct identity person;
	struct person_plan plan = good_plan();
	struct bytes certificate;

	support_person(&person, &plan);
	certificate = buffer_bytes(&person.certificate.der);
	renewed = &other.certificate;
	ASSERT_DONE(check_answer(&certificate, 1), &diag);
	renewed = &person.certificate;
	ck_assert_int_eq(check_answer(&certificate, 1), REFUSED);
	ck_assert_msg(strstr(diag.clause, "serialNumber"), "%s", diag.clause);
	renewed = NULL;
}
END_TEST

START_TEST(refuses_other_keys)
{
	struct bytes answer[] = {buffer_bytes(&other.certificate.der)};

	ck_assert_int_eq(check_answer(answer, 1), REFUSED);
	ck_assert_msg(strstr(diag.found, "CN=other"), "%s", diag.found);
	ck_assert_int_eq(check_answer(answer, 0), REFUSED);
	ck_assert_msg(strstr(diag.found, "none"), "%s", diag.found);
}
END_TEST

START_TEST(refuses_another_issuer)
{
	struct person_plan plan = good_plan();
	IDENTITY_CLEANUP struct identity namesake;

	plan.issuer = &other;
	ck_assert_int_eq(check_plan(&plan), REFUSED);
	ck_assert_msg(strstr(diag.found, "CN=other"), "%s", diag.found);

	support_person(&namesake, &(struct person_plan){.subject = "CN=CA", .is_ca = true});
	plan = good_plan();
	plan.issuer = &namesake;
	ck_assert_int_eq(check_plan(&plan), REFUSED);
	ck_assert_msg(strstr(diag.clause, "signature"), "%s", diag.clause);
}
END_TEST

static const struct {
	int64_t from, to; /* seconds from now */
	int outcome;
} dates[] = {
	{0, 1, DONE},
	{-CLOCK_DAY_SECONDS, 0, DONE},
	{1, CLOCK_DAY_SECONDS, REFUSED},
	{-CLOCK_DAY_SECONDS, -1, REFUSED},
};

START_TEST(looks_at_the_dates)
{
	struct person_plan plan = good_plan();

	plan.not_before = support_now() + dates[_i].from;
	plan.not_after = support_now() + dates[_i].to;
	ck_assert_msg(check_plan(&plan) == dates[_i].outcome, "row %d", _i);
	if (dates[_i].outcome == DONE)
		ck_assert(support_warned(&report, "expires in "));
	else
		ck_assert_msg(strstr(diag.clause, "validity"), "%s", diag.clause);
}
END_TEST

START_TEST(warns_of_another_subject)
{
	struct person_plan plan = good_plan();

	plan.subject = "CN=device";
	ASSERT_DONE(check_plan(&plan), &diag);
	ck_assert_uint_eq(warnings(), 1);
	ck_assert(support_warned(&report, "\"CN=device, O=Example\" was asked for, \"CN=device\""));
}
END_TEST

START_TEST(warns_of_other_names)
{
	struct person_plan plan = good_plan();

	plan.names = BYTES_NONE;
	ASSERT_DONE(check_plan(&plan), &diag);
	ck_assert_uint_eq(warnings(), 1);
	ck_assert(
		support_warned(&report, "\"DNS:device.example\" were asked for, \"\" were issued"));
}
END_TEST

START_TEST(warns_of_another_use)
{
	struct person_plan plan = good_plan();

	plan.key_usage = KEY_USAGE_DIGITAL_SIGNATURE;
	ASSERT_DONE(check_plan(&plan), &diag);
	ck_assert(support_warned(&report, "key usage"));
	plan = good_plan();
	plan.is_ca = true;
	ASSERT_DONE(check_plan(&plan), &diag);
	ck_assert(support_warned(&report, "that of a CA"));
	ck_assert_uint_eq(warnings(), 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client issued_check");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, takes_what_was_asked_for);
	tcase_add_test(all, finds_it_among_others);
	tcase_add_test(all, warns_of_strangers);
	tcase_add_test(all, refuses_the_serial_number_of_the_renewed_one);
	tcase_add_test(all, refuses_other_keys);
	tcase_add_test(all, refuses_another_issuer);
	tcase_add_loop_test(all, looks_at_the_dates, 0, ROWS(dates));
	tcase_add_test(all, warns_of_another_subject);
	tcase_add_test(all, warns_of_other_names);
	tcase_add_test(all, warns_of_another_use);
	return run_suite(suite);
}
