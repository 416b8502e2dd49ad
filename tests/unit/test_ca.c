/* The stages ca and ca_issue as a whole: whom they answer, and what becomes of the challenge. */
#include <string.h>

#include "ca_support.h"
#include "server/ca.h"
#include "server/ca_issue.h"
#include "server/policy.h"
#include "server/store.h"
#include "tests/run_suite.h"

#define NOW_MS (CA_SUPPORT_NOW * 1000)

START_TEST(leaves_what_was_refused_before)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	exchange = ca_support_exchange(&support, &(struct ca_message){0});
	exchange_refuse(exchange, SCEP_FAIL_BAD_MESSAGE_CHECK, 1, 29, "challenge-used");
	exchange->issuance.approved = true;
	ck_assert_int_eq(ca_run(exchange), STAGE_NEXT);
	ck_assert_int_eq(ca_issue_run(exchange), STAGE_NEXT);
	ck_assert_str_eq(exchange->disposition.reason, "challenge-used");
	ck_assert_uint_eq(exchange->issuance.certificate.size, 0);
	ck_assert_uint_eq(exchange->issuance.request_id, 0);
}
END_TEST

/* What a one-time password is worth after an exchange that took it. */
static const struct {
	const char *name;
	int approval;
	int64_t minimum_key_size;
	enum scep_status status;
	enum challenge_state left;
} outcomes[] = {
	{"issued", APPROVAL_AUTOMATIC, 1024, SCEP_STATUS_SUCCESS, CHALLENGE_USED},
	{"pending", APPROVAL_MANUAL, 1024, SCEP_STATUS_PENDING, CHALLENGE_USED},
	{"refused", APPROVAL_AUTOMATIC, 2048, SCEP_STATUS_FAILURE, CHALLENGE_VALID},
};

START_TEST(spends_a_challenge_on_a_certificate_alone)
{
	static const char password[] = "8CE317021F690069";
	const struct bytes challenge = BYTES(password, sizeof(password) - 1);
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;
	struct challenge_record record;
	struct store *store;
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	store = support.server.store;
	support.condition.settings.approval = outcomes[_i].approval;
	support.condition.settings.minimum_key_size = outcomes[_i].minimum_key_size;
	ASSERT_DONE(
		store_challenge_add(store, "default", password, NOW_MS, NOW_MS + 60000, 5, &diag),
		&diag);
	exchange = ca_support_exchange(&support, &(struct ca_message){0});
	ASSERT_DONE(store_challenge_take(
			    &record, store, "default", challenge, NOW_MS, exchange->number, &diag),
		&diag);
	ck_assert_int_eq(record.state, CHALLENGE_VALID);
	exchange->verdict.taken = challenge;
	ck_assert_int_eq(ca_run(exchange), STAGE_NEXT);
	ck_assert_int_eq(ca_issue_run(exchange), STAGE_NEXT);
	ck_assert_int_eq(policy_settle(exchange), STAGE_NEXT);
	ck_assert_int_eq(exchange->disposition.status, outcomes[_i].status);
	ASSERT_DONE(store_challenge_take(&record, store, "default", challenge, NOW_MS, 2, &diag),
		&diag);
	ck_assert_msg(record.state == outcomes[_i].left, "%s", outcomes[_i].name);
}
END_TEST

/* Whatever stands in the plan when the CA comes to sign it stands in the certificate. */
START_TEST(signs_the_plan_as_it_stands)
{
	static const uint8_t serial[] = {0x12, 0x34};
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	struct certificate_plan *plan;
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	exchange = ca_support_exchange(&support, &(struct ca_message){0});
	ck_assert_int_eq(ca_run(exchange), STAGE_NEXT);
	ck_assert_uint_eq(exchange->issuance.certificate.size, 0);
	plan = &exchange->issuance.plan;
	memcpy(plan->serial, serial, sizeof(serial));
	plan->serial_size = sizeof(serial);
	plan->not_after = CA_SUPPORT_NOW - 1;
	ck_assert_int_eq(ca_issue_run(exchange), STAGE_NEXT);
	ASSERT_DONE(certificate_read(
			    &certificate, buffer_bytes(&exchange->issuance.certificate), &diag),
		&diag);
	ck_assert(bytes_equal(certificate.serial, BYTES(serial, sizeof(serial))));
	ck_assert_int_eq(certificate.not_after, CA_SUPPORT_NOW - 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ca");
	TCase *tcase = tcase_create("stage");

	tcase_add_test(tcase, leaves_what_was_refused_before);
	tcase_add_test(tcase, signs_the_plan_as_it_stands);
	tcase_add_loop_test(tcase, spends_a_challenge_on_a_certificate_alone, 0, ROWS(outcomes));
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
