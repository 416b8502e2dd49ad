/* Conversations: what a transactionID gets at each step, under each way of approval. */
#include <string.h>

#include "ca_support.h"
#include "common/hresult.h"
#include "common/name.h"
#include "server/ca_issue.h"
#include "server/message_type.h"
#include "server/store.h"
#include "tests/run_suite.h"

#define STEPS_MAX 6

/* What a step asks with, and what it must get. */
enum step_kind { REQUEST = 1, RENEWAL, POLL };
enum step_answer { ISSUED = 1, PENDING, FAILED };

struct step {
	enum step_kind kind;
	enum step_answer answer;
};

static const struct {
	const char *name;
	int approval;
	int64_t approval_polls;
	struct step steps[STEPS_MAX];
} conversations[] = {
	{"automatic", APPROVAL_AUTOMATIC, 0, {{REQUEST, ISSUED}, {POLL, ISSUED}}},
	{"automatic, asked again", APPROVAL_AUTOMATIC, 0,
		{{REQUEST, ISSUED}, {REQUEST, ISSUED}, {RENEWAL, ISSUED}, {POLL, ISSUED}}},
	{"manual", APPROVAL_MANUAL, 0,
		{{REQUEST, PENDING}, {POLL, PENDING}, {REQUEST, PENDING}, {POLL, PENDING}}},
	{"after no poll", APPROVAL_AFTER_POLLS, 0, {{REQUEST, ISSUED}}},
	{"after one poll", APPROVAL_AFTER_POLLS, 1,
		{{REQUEST, PENDING}, {POLL, ISSUED}, {POLL, ISSUED}}},
	{"after three polls", APPROVAL_AFTER_POLLS, 3,
		{{REQUEST, PENDING}, {POLL, PENDING}, {POLL, PENDING}, {POLL, ISSUED}}},
	{"a repeated request counts", APPROVAL_AFTER_POLLS, 2,
		{{REQUEST, PENDING}, {REQUEST, PENDING}, {REQUEST, ISSUED}, {POLL, ISSUED}}},
	{"a RenewalReq waits like the others", APPROVAL_AFTER_POLLS, 1,
		{{RENEWAL, PENDING}, {POLL, ISSUED}}},
	{"nothing was asked for", APPROVAL_AUTOMATIC, 0, {{POLL, FAILED}, {REQUEST, ISSUED}}},
};

static const unsigned types[] = {
	[REQUEST] = SCEP_PKCS_REQ, [RENEWAL] = SCEP_RENEWAL_REQ, [POLL] = SCEP_CERT_POLL};
static const enum scep_status statuses[] = {[ISSUED] = SCEP_STATUS_SUCCESS,
	[PENDING] = SCEP_STATUS_PENDING,
	[FAILED] = SCEP_STATUS_FAILURE};

START_TEST(answers_step_by_step)
{
	CA_SUPPORT_CLEANUP struct ca_support support;

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	support.condition.settings.approval = conversations[_i].approval;
	support.condition.settings.approval_polls = conversations[_i].approval_polls;
	for (size_t i = 0; i < STEPS_MAX && conversations[_i].steps[i].kind; i++) {
		const struct step *step = &conversations[_i].steps[i];
		EXCHANGE_CLEANUP struct exchange *exchange =
			ca_support_run(&support, &(struct ca_message){.type = types[step->kind]});

		ck_assert_msg(exchange->disposition.status == statuses[step->answer],
			"%s, step %zu: %s", conversations[_i].name, i,
			scep_status_name(exchange->disposition.status));
		ck_assert_msg((exchange->issuance.certificate.size > 0) == (step->answer == ISSUED),
			"%s, step %zu", conversations[_i].name, i);
	}
}
END_TEST

/* A poll gives what was issued; a second request with the same transactionID is a new one. */
START_TEST(gives_the_latest_certificate_again)
{
	const struct ca_message poll = {.type = SCEP_CERT_POLL};
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate first = {0}, again = {0}, second = {0}, latest = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	ca_support_issue(&first, &support, &(struct ca_message){0});
	ca_support_issue(&again, &support, &poll);
	ck_assert(bytes_equal(buffer_bytes(&first.der), buffer_bytes(&again.der)));
	ca_support_issue(&second, &support, &(struct ca_message){0});
	ck_assert(!bytes_equal(first.serial, second.serial));
	ca_support_issue(&latest, &support, &poll);
	ck_assert(bytes_equal(buffer_bytes(&second.der), buffer_bytes(&latest.der)));
}
END_TEST

/* What was asked for first is what is issued. */
START_TEST(issues_the_pending_request)
{
	const struct ca_message first = {.subject = "CN=first"}, second = {.subject = "CN=second"};
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *pending = NULL;
	CERTIFICATE_CLEANUP struct certificate issued = {0};
	BUFFER_CLEANUP struct buffer subject = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	support.condition.settings.approval = APPROVAL_AFTER_POLLS;
	support.condition.settings.approval_polls = 1;
	pending = ca_support_run(&support, &first);
	ck_assert_int_eq(pending->disposition.status, SCEP_STATUS_PENDING);
	ca_support_issue(&issued, &support, &second);
	name_text(&subject, issued.subject);
	ck_assert_str_eq(buffer_text(&subject), "CN=first");
	ck_assert_mem_eq(issued.serial.data + 1, "\0\0\0\1", 4);
}
END_TEST

static void
assert_refused(const struct exchange *exchange, const char *reason, enum scep_fail_info fail_info)
{
	ck_assert_int_eq(exchange->disposition.status, SCEP_STATUS_FAILURE);
	ck_assert_str_eq(exchange->disposition.reason, reason);
	ck_assert_int_eq(exchange->disposition.fail_info, fail_info);
	ck_assert_int_ne(exchange->disposition.error, 0);
	ck_assert_uint_eq(exchange->issuance.certificate.size, 0);
	ck_assert_uint_gt(strlen(exchange->diag.found), 0);
}

START_TEST(another_key_cannot_join_a_pending_transaction)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *pending = NULL, *other = NULL, *poll = NULL;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	support.condition.settings.approval = APPROVAL_AFTER_POLLS;
	support.condition.settings.approval_polls = 1;
	pending = ca_support_run(&support, &(struct ca_message){0});
	other = ca_support_run(&support, &(struct ca_message){.key = support.other_key});
	assert_refused(other, "transaction-in-use", SCEP_FAIL_BAD_REQUEST);
	/* It has not harmed the one that waits. */
	poll = ca_support_run(&support, &(struct ca_message){.type = SCEP_CERT_POLL});
	ck_assert_int_eq(poll->disposition.status, SCEP_STATUS_SUCCESS);
}
END_TEST

/* Polls of "t1", which "CN=device" has asked for. */
static const struct {
	struct ca_message message;
	const char *reason; /* NULL: good */
} polls[] = {
	{{.type = SCEP_CERT_POLL}, NULL},
	{{.type = SCEP_CERT_POLL, .subject = "cn=DEVICE"}, NULL},
	{{.type = SCEP_CERT_POLL, .issuer = "O=mock-ndes TEST ONLY,CN=mock-ndes TEST ONLY Root CA"},
		NULL},
	{{.type = SCEP_CERT_POLL, .issuer = "C=US,CN=NDES01-MSCEP-RA"}, NULL},
	{{.type = SCEP_CERT_POLL, .transaction_id = "t2"}, "transaction-unknown"},
	{{.type = SCEP_CERT_POLL, .transaction_id = "T1"}, "transaction-unknown"},
	{{.type = SCEP_CERT_POLL, .subject = "CN=other"}, "transaction-other-request"},
	{{.type = SCEP_CERT_POLL, .subject = ""}, "transaction-other-request"},
	{{.type = SCEP_CERT_POLL, .issuer = "CN=Another CA"}, "transaction-other-request"},
};

START_TEST(polls_must_fit_a_pending_request)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *request = NULL, *poll = NULL;

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	support.condition.settings.approval = APPROVAL_MANUAL;
	request = ca_support_run(&support, &(struct ca_message){0});
	poll = ca_support_run(&support, &polls[_i].message);
	if (polls[_i].reason) {
		assert_refused(poll, polls[_i].reason, SCEP_FAIL_BAD_CERT_ID);
		return;
	}
	ck_assert_int_eq(poll->disposition.status, SCEP_STATUS_PENDING);
	ck_assert_uint_eq(poll->issuance.polls, 1);
	ck_assert_uint_eq(poll->issuance.request_id, request->issuance.request_id);
}
END_TEST

START_TEST(polls_must_fit_an_issued_certificate)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *request = NULL, *poll = NULL;

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	request = ca_support_run(&support, &(struct ca_message){0});
	poll = ca_support_run(&support, &polls[_i].message);
	if (polls[_i].reason) {
		assert_refused(poll, polls[_i].reason, SCEP_FAIL_BAD_CERT_ID);
		return;
	}
	ck_assert(bytes_equal(buffer_bytes(&poll->issuance.certificate),
		buffer_bytes(&request->issuance.certificate)));
}
END_TEST

/* A CA that has stopped to offer the template refuses what it had taken under submission. */
START_TEST(a_pending_request_may_be_refused)
{
	const struct ca_message poll = {.type = SCEP_CERT_POLL};
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *request = NULL, *first = NULL, *second = NULL;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	support.condition.settings.approval = APPROVAL_AFTER_POLLS;
	support.condition.settings.approval_polls = 1;
	request = ca_support_run(&support, &(struct ca_message){0});
	ck_assert_int_eq(request->disposition.status, SCEP_STATUS_PENDING);
	support.condition.settings.minimum_key_size = 2048;
	first = ca_support_run(&support, &poll);
	assert_refused(first, "key-too-small", SCEP_FAIL_BAD_REQUEST);
	support.condition.settings.minimum_key_size = 1024;
	second = ca_support_run(&support, &poll);
	assert_refused(second, "request-refused", SCEP_FAIL_BAD_REQUEST);
	ck_assert_int_eq(second->disposition.error, HRESULT_CERTSRV_E_KEY_LENGTH);
}
END_TEST

/* How two exchanges that ask after one pending request are answered, when each has found it approved
 * before the other one ended it. */
static const struct {
	const char *name;
	unsigned types[2];
	bool refused; /* the CA would refuse it by now, when the first one ends it */
} races[] = {
	{"two polls", {SCEP_CERT_POLL, SCEP_CERT_POLL}, false},
	{"a repeated request and a poll", {SCEP_PKCS_REQ, SCEP_CERT_POLL}, false},
	{"a poll and a repeated request", {SCEP_CERT_POLL, SCEP_PKCS_REQ}, false},
	{"a refusal before a certificate", {SCEP_CERT_POLL, SCEP_CERT_POLL}, true},
};

START_TEST(a_pending_request_ends_once)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *request = NULL, *first = NULL, *second = NULL;
	const struct ca_message one = {.type = races[_i].types[0]},
				other = {.type = races[_i].types[1]};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	support.condition.settings.approval = APPROVAL_AFTER_POLLS;
	support.condition.settings.approval_polls = 1;
	request = ca_support_run(&support, &(struct ca_message){0});
	second = ca_support_exchange(&support, &other);
	ck_assert_int_eq(second->message.type->answer(second), STAGE_NEXT);
	ck_assert_msg(second->issuance.approved, "%s: not approved", races[_i].name);
	if (races[_i].refused)
		support.condition.settings.minimum_key_size = 2048;
	first = ca_support_run(&support, &one);
	ck_assert_int_eq(ca_issue_run(second), STAGE_NEXT);
	ck_assert_int_eq(second->disposition.status, first->disposition.status);
	ck_assert_int_eq(second->disposition.error, first->disposition.error);
	ck_assert_uint_eq(second->issuance.request_id, request->issuance.request_id);
	ck_assert_msg(bytes_equal(buffer_bytes(&second->issuance.certificate),
			      buffer_bytes(&first->issuance.certificate)),
		"%s: another certificate", races[_i].name);
}
END_TEST

/* The transactionID has gone on to a new request before the loser is answered. */
START_TEST(a_poll_that_comes_too_late_waits)
{
	const struct ca_message poll = {.type = SCEP_CERT_POLL};
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *request = NULL, *first = NULL, *late = NULL, *anew = NULL;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	support.condition.settings.approval = APPROVAL_AFTER_POLLS;
	support.condition.settings.approval_polls = 1;
	request = ca_support_run(&support, &(struct ca_message){0});
	late = ca_support_exchange(&support, &poll);
	ck_assert_int_eq(late->message.type->answer(late), STAGE_NEXT);
	first = ca_support_run(&support, &poll);
	ck_assert_int_eq(first->disposition.status, SCEP_STATUS_SUCCESS);
	anew = ca_support_run(&support, &(struct ca_message){0});
	ck_assert_int_eq(anew->disposition.status, SCEP_STATUS_PENDING);
	ck_assert_uint_gt(anew->issuance.request_id, request->issuance.request_id);
	ck_assert_int_eq(ca_issue_run(late), STAGE_NEXT);
	ck_assert_int_eq(late->disposition.status, SCEP_STATUS_PENDING);
	ck_assert_uint_eq(late->issuance.certificate.size, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ca_request");
	TCase *tcase = tcase_create("transactions");

	tcase_add_loop_test(tcase, answers_step_by_step, 0, ROWS(conversations));
	tcase_add_test(tcase, gives_the_latest_certificate_again);
	tcase_add_test(tcase, issues_the_pending_request);
	tcase_add_test(tcase, another_key_cannot_join_a_pending_transaction);
	tcase_add_loop_test(tcase, polls_must_fit_a_pending_request, 0, ROWS(polls));
	tcase_add_loop_test(tcase, polls_must_fit_an_issued_certificate, 0, ROWS(polls));
	tcase_add_test(tcase, a_pending_request_may_be_refused);
	tcase_add_loop_test(tcase, a_pending_request_ends_once, 0, ROWS(races));
	tcase_add_test(tcase, a_poll_that_comes_too_late_waits);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
