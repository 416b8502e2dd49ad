/* A certificate manager's word, and what the next poll gets, whatever the setting says. */
#include <openssl/x509_vfy.h>

#include "ca_support.h"
#include "common/hresult.h"
#include "server/ca_decision.h"
#include "tests/run_suite.h"

#define NOW_MS (CA_SUPPORT_NOW * 1000)

static const int approvals[] = {
	APPROVAL_MANUAL, APPROVAL_AFTER_POLLS, APPROVAL_REFUSED_AFTER_POLLS};

static void
submit(struct ca_support *support, int approval)
{
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;

	ca_support_init(support, CA_HIERARCHY_ISSUING);
	support->condition.settings.approval = approval;
	support->condition.settings.approval_polls = 2;
	exchange = ca_support_run(support, &(struct ca_message){0});
	ck_assert_int_eq(exchange->disposition.status, SCEP_STATUS_PENDING);
}

START_TEST(issues_what_is_approved)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate issued = {0}, again = {0};
	struct diag diag = {0};

	submit(&support, approvals[_i]);
	ASSERT_DONE(ca_decision_approve(&support.site, "t1", NOW_MS, &diag), &diag);
	ca_support_issue(&issued, &support, &(struct ca_message){.type = SCEP_CERT_POLL});
	ck_assert_int_eq(ca_support_verify(support.condition.authority, buffer_bytes(&issued.der),
				 BYTES_NONE, CA_SUPPORT_NOW),
		X509_V_OK);
	/* Nothing is left to be decided. */
	ca_support_issue(&again, &support, &(struct ca_message){.type = SCEP_CERT_POLL});
	ck_assert(bytes_equal(buffer_bytes(&issued.der), buffer_bytes(&again.der)));
	ck_assert_int_eq(ca_decision_approve(&support.site, "t1", NOW_MS, &diag), REFUSED);
	ck_assert_int_eq(ca_decision_deny(&support.site, "t1", NOW_MS, &diag), REFUSED);
}
END_TEST

/* The same request once more is as good as a poll. */
START_TEST(issues_to_a_repeated_request)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate issued = {0};
	struct diag diag = {0};

	submit(&support, APPROVAL_MANUAL);
	ASSERT_DONE(ca_decision_approve(&support.site, "t1", NOW_MS, &diag), &diag);
	ca_support_issue(&issued, &support, &(struct ca_message){0});
	ck_assert_mem_eq(issued.serial.data + 1, "\0\0\0\1", 4);
}
END_TEST

START_TEST(refuses_what_is_denied)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *poll = NULL;
	struct diag diag = {0};

	submit(&support, approvals[_i]);
	ASSERT_DONE(ca_decision_approve(&support.site, "t1", NOW_MS, &diag), &diag);
	ASSERT_DONE(ca_decision_deny(&support.site, "t1", NOW_MS, &diag), &diag);
	poll = ca_support_run(&support, &(struct ca_message){.type = SCEP_CERT_POLL});
	ck_assert_int_eq(poll->disposition.status, SCEP_STATUS_FAILURE);
	ck_assert_int_eq(poll->disposition.fail_info, SCEP_FAIL_BAD_REQUEST);
	ck_assert_int_eq(poll->disposition.error, HRESULT_CERTSRV_E_ADMIN_DENIED_REQUEST);
	ck_assert_int_eq(ca_decision_approve(&support.site, "t1", NOW_MS, &diag), REFUSED);
	ck_assert_str_eq(diag.found, "\"t1\", which has ended with FAILURE");
}
END_TEST

START_TEST(knows_no_other_transaction)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	struct diag diag = {0};

	submit(&support, APPROVAL_MANUAL);
	ck_assert_int_eq(ca_decision_approve(&support.site, "t2", NOW_MS, &diag), REFUSED);
	ck_assert_str_eq(diag.found, "\"t2\"");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ca_decision");
	TCase *cases = tcase_create("ca_decision");

	tcase_add_loop_test(cases, issues_what_is_approved, 0, ROWS(approvals));
	tcase_add_test(cases, issues_to_a_repeated_request);
	tcase_add_loop_test(cases, refuses_what_is_denied, 0, ROWS(approvals));
	tcase_add_test(cases, knows_no_other_transaction);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
