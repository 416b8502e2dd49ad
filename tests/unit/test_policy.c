/* The stage policy: which messages need a challenge, and what uses one up. */
#include "challenge_support.h"
#include "common/memory.h"
#include "server/message_type.h"
#include "server/pipeline.h"
#include "server/policy.h"
#include "tests/run_suite.h"

static struct challenge_support support;

static void
setup(void)
{
	challenge_support_init(&support);
}

static void
teardown(void)
{
	buffer_done(&support.exchange->issuance.certificate);
	challenge_support_done(&support);
}

static void
bring(unsigned message_type, const char *challenge)
{
	struct challenge_support_request request = {.challenge = challenge};

	challenge_support_next(&support, &request);
	support.exchange->message.type = message_type_find(message_type);
}

static const struct {
	unsigned message_type;
	enum challenge_verdict verdict;
} messages[] = {
	{SCEP_PKCS_REQ, VERDICT_ABSENT},
	{SCEP_RENEWAL_REQ, VERDICT_ABSENT},
	{SCEP_CERT_POLL, VERDICT_NONE},
	{SCEP_GET_CERT, VERDICT_NONE},
	{SCEP_GET_CRL, VERDICT_NONE},
	{99, VERDICT_NONE},
};

START_TEST(asks_only_those_who_bring_a_request)
{
	bring(messages[_i].message_type, NULL);
	ck_assert_int_eq(policy_run(support.exchange), STAGE_NEXT);
	ck_assert_msg(support.exchange->verdict.challenge == messages[_i].verdict, "messageType %u",
		messages[_i].message_type);
	ck_assert_int_eq(support.exchange->disposition.status,
		messages[_i].verdict == VERDICT_NONE ? SCEP_STATUS_SUCCESS : SCEP_STATUS_FAILURE);
}
END_TEST

/* What was refused before takes no password. */
START_TEST(leaves_the_refused_alone)
{
	TEXT_CLEANUP char *password = challenge_support_password(&support);

	bring(SCEP_PKCS_REQ, password);
	support.exchange->disposition.status = SCEP_STATUS_FAILURE;
	ck_assert_int_eq(policy_run(support.exchange), STAGE_NEXT);
	ck_assert_int_eq(support.exchange->verdict.challenge, VERDICT_NONE);
	ck_assert_int_eq(challenge_support_judge(&support, password), VERDICT_ONE_TIME);
}
END_TEST

static const struct {
	const char *what;
	enum scep_status status;
	bool issued;
	enum challenge_verdict next;
} ends[] = {
	{"issued", SCEP_STATUS_SUCCESS, true, VERDICT_USED},
	{"pending", SCEP_STATUS_PENDING, false, VERDICT_USED},
	{"refused by the CA", SCEP_STATUS_FAILURE, false, VERDICT_ONE_TIME},
	{"broken off before it was issued", SCEP_STATUS_SUCCESS, false, VERDICT_ONE_TIME},
};

START_TEST(uses_up_what_led_to_something)
{
	TEXT_CLEANUP char *password = challenge_support_password(&support);
	struct exchange *exchange = support.exchange;

	bring(SCEP_PKCS_REQ, password);
	ck_assert_int_eq(policy_run(exchange), STAGE_NEXT);
	ck_assert_int_eq(exchange->verdict.challenge, VERDICT_ONE_TIME);
	exchange->disposition.status = ends[_i].status;
	if (ends[_i].issued)
		buffer_append_text(&exchange->issuance.certificate, "a certificate");
	ck_assert_int_eq(policy_settle(exchange), STAGE_NEXT);
	ck_assert_msg(
		challenge_support_judge(&support, password) == ends[_i].next, "%s", ends[_i].what);
}
END_TEST

/* What the connector writes from the challenge to what became of the request. */
static const struct {
	int connector;
	int notification;
	enum scep_status status; /* of the CA */
	const char *challenge;   /* NULL: a good one */
	const char *wanted;
} deliveries[] = {
	{CONNECTOR_CERTIFICATE, CONNECTOR_NOTIFICATION_DELIVERED, SCEP_STATUS_SUCCESS, NULL,
		"4003 4004 4006 4008 "},
	{CONNECTOR_CERTIFICATE, CONNECTOR_NOTIFICATION_FAILING, SCEP_STATUS_SUCCESS, NULL,
		"4003 4004 4006 4009 "},
	{CONNECTOR_CERTIFICATE, CONNECTOR_NOTIFICATION_NOT_SAVED, SCEP_STATUS_SUCCESS, NULL,
		"4003 4004 4006 4010 "},
	{CONNECTOR_CERTIFICATE, CONNECTOR_NOTIFICATION_DELIVERED, SCEP_STATUS_FAILURE, NULL,
		"4003 4004 4007 4008 "},
	{CONNECTOR_CERTIFICATE, CONNECTOR_NOTIFICATION_DELIVERED, SCEP_STATUS_PENDING, NULL,
		"4003 4004 "},
	{CONNECTOR_CERTIFICATE, CONNECTOR_NOTIFICATION_DELIVERED, SCEP_STATUS_FAILURE, "none",
		"4003 4005 "},
	{CONNECTOR_NDES, CONNECTOR_NOTIFICATION_DELIVERED, SCEP_STATUS_SUCCESS, NULL,
		"20500 20600 "},
	{CONNECTOR_NDES, CONNECTOR_NOTIFICATION_FAILING, SCEP_STATUS_SUCCESS, NULL, "20500 20602 "},
	{CONNECTOR_NDES, CONNECTOR_NOTIFICATION_NOT_SAVED, SCEP_STATUS_SUCCESS, NULL,
		"20500 20602 "},
	{CONNECTOR_NDES, CONNECTOR_NOTIFICATION_DELIVERED, SCEP_STATUS_FAILURE, "none", "20501 "},
};

START_TEST(connector_tells_what_became_of_it)
{
	TEXT_CLEANUP char *password = challenge_support_password(&support);
	BUFFER_CLEANUP struct buffer found = {0};
	struct exchange *exchange = support.exchange;
	const struct evidence *evidence = &exchange->evidence;

	support.settings->connector = deliveries[_i].connector;
	support.settings->connector_notification = deliveries[_i].notification;
	bring(SCEP_PKCS_REQ, deliveries[_i].challenge ? deliveries[_i].challenge : password);
	ck_assert_int_eq(policy_run(exchange), STAGE_NEXT);
	exchange->disposition.status = deliveries[_i].status;
	if (deliveries[_i].status == SCEP_STATUS_SUCCESS)
		buffer_append_text(&exchange->issuance.certificate, "a certificate");
	ck_assert_int_eq(policy_settle(exchange), STAGE_NEXT);
	for (size_t i = 0; i < evidence->count; i++)
		if (evidence->notes[i].kind == EVIDENCE_EVENT)
			buffer_append_format(
				&found, "%u ", event_catalogue_row(evidence->notes[i].event)->id);
	ck_assert_str_eq(buffer_text(&found), deliveries[_i].wanted);
	evidence_done(&exchange->evidence);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("policy");
	TCase *tests = tcase_create("policy");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, asks_only_those_who_bring_a_request, 0, ROWS(messages));
	tcase_add_test(tests, leaves_the_refused_alone);
	tcase_add_loop_test(tests, uses_up_what_led_to_something, 0, ROWS(ends));
	tcase_add_loop_test(tests, connector_tells_what_became_of_it, 0, ROWS(deliveries));
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
