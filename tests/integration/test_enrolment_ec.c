/*
 * Conversations of a device whose key cannot decrypt with a deployment that
 * serves it (RFC 8894 3.1), and with one that is as NDES.
 */
#include <check.h>
#include <string.h>

#include "tests/integration/device.h"
#include "tests/run_suite.h"
#include "tests/unit/judge.h"

#define ACCEPT "ec_keys=accept"

/* One message on a fresh deployment that is answered with a CertRep, and how it fares. */
static const struct {
	const char *name;
	const char *settings[4];
	struct device_message message;
	unsigned status;
	const char *reason; /* of the journal */
} rows[] = {
	{"the ordinary", {ACCEPT}, {0}, SCEP_STATUS_SUCCESS, NULL},
	{"by GET", {ACCEPT}, {.by_get = true}, SCEP_STATUS_SUCCESS, NULL},
	{"3DES and SHA-1", {ACCEPT}, {.cipher = "DES3", .digest = "SHA-1"}, SCEP_STATUS_SUCCESS,
		NULL},
	{"AES-256, OAEP, SHA-512", {ACCEPT},
		{.cipher = "AES-256", .digest = "SHA-512", .oaep = true}, SCEP_STATUS_SUCCESS,
		NULL},
	{"RFC 8894's reply", {ACCEPT, "reply=rfc8894"}, {0}, SCEP_STATUS_SUCCESS, NULL},
	{"single DES of 2008", {ACCEPT, "server_version=2008"}, {.by_get = true},
		SCEP_STATUS_SUCCESS, NULL},
	{"a challenge nobody asked for", {ACCEPT, "enforce_password=false"},
		{.challenge = "d\xc3\xa9j\xc3\xa0 vu"}, SCEP_STATUS_SUCCESS, NULL},
	{"an unknown challenge", {ACCEPT}, {.challenge = "0123456789ABCDEF"}, SCEP_STATUS_FAILURE,
		"challenge-unknown"},
	{"no challenge", {ACCEPT}, {.challenge = "-"}, SCEP_STATUS_FAILURE, "challenge-absent"},
	{"a changed signature", {ACCEPT}, {.flip_from_end = 1}, SCEP_STATUS_FAILURE,
		"signature-wrong"},
	{"a CSR with a changed signature", {ACCEPT}, {.flip_csr_from_end = 1}, SCEP_STATUS_FAILURE,
		"csr-signature-wrong"},
	{"approval by hand", {ACCEPT, "approval=manual"}, {0}, SCEP_STATUS_PENDING, NULL},
};

START_TEST(answers_one_message)
{
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	BUFFER_CLEANUP struct buffer journal = {0};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, rows[_i].settings);
	device_init_ec(&device, &deployment);
	device_exchange(&reply, &device, &deployment, &rows[_i].message);
	ck_assert_msg(
		reply.status == rows[_i].status, "%s: pkiStatus %u", rows[_i].name, reply.status);
	if (rows[_i].reason)
		deployment_read_log(&journal, &deployment, "journal.jsonl", rows[_i].reason, 1);
	if (reply.status == SCEP_STATUS_SUCCESS)
		ck_assert(key_same(device.certificate.spki, device.signer.spki));
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* The reply is what OpenSSL's CMS takes for one to a password. */
START_TEST(openssl_opens_the_reply)
{
	static const char *const settings[] = {ACCEPT, NULL};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	BUFFER_CLEANUP struct buffer content = {0}, other = {0};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, settings);
	device_init_ec(&device, &deployment);
	device_exchange(&reply, &device, &deployment, &(struct device_message){0});
	ck_assert(judge_decrypt_with_password(&content, reply.message.content, "secret"));
	ck_assert(bytes_equal(buffer_bytes(&content), buffer_bytes(&reply.message_data)));
	ck_assert(!judge_decrypt_with_password(&other, reply.message.content, "Secret"));
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* One message that gets no CertRep, but what NDES sends with its event 13. */
static void
expect_event_13(struct device *device, const struct deployment *deployment,
	const struct device_message *message)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	BUFFER_CLEANUP struct buffer journal = {0};

	device_send(&response, device, deployment, message);
	ck_assert_uint_eq(response.status, 500);
	deployment_read_log(&journal, deployment, "journal.jsonl",
		"\"reason\":\"reply-not-encryptable\",\"event\":13", 1);
}

/* Somebody to whom the server can answer asks after the request: there is none. */
static void
expect_nothing_issued(const struct deployment *deployment)
{
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	BUFFER_CLEANUP struct buffer names = {0};
	struct device rsa;

	device_init(&rsa, deployment, 0);
	scep_request_put_issuer_and_subject(&names, rsa.ca.subject, rsa.signer.subject);
	device_exchange(&reply, &rsa, deployment,
		&(struct device_message){
			.message_type = SCEP_CERT_POLL, .data = buffer_bytes(&names)});
	ck_assert_uint_eq(reply.status, SCEP_STATUS_FAILURE);
	ck_assert_uint_eq(reply.fail_info, SCEP_FAIL_BAD_CERT_ID);
	device_done(&rsa);
}

static const struct {
	const char *settings[4];
	struct device_message message;
} unanswered[] = {
	{{"undecodable=500"}, {0}},
	{{"undecodable=500", "ec_keys=refuse"}, {.by_get = true}},
	{{"undecodable=500", ACCEPT, "enforce_password=false"}, {.challenge = "-"}},
	{{"undecodable=500", ACCEPT, "enforce_password=false"}, {.challenge = ""}},
};

START_TEST(answers_nothing_that_nobody_could_read)
{
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, unanswered[_i].settings);
	device_init_ec(&device, &deployment);
	expect_event_13(&device, &deployment, &unanswered[_i].message);
	expect_nothing_issued(&deployment);
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* A renewal needs no challenge to be granted, but one to be read. */
START_TEST(renews_with_a_challenge_alone)
{
	static const char *const settings[] = {ACCEPT, "undecodable=500", NULL};
	static const unsigned types[] = {SCEP_PKCS_REQ, SCEP_RENEWAL_REQ};
	SCEP_REPLY_CLEANUP struct scep_reply first = {0}, second = {0};
	BUFFER_CLEANUP struct buffer serial = {0};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, settings);
	device_init_ec(&device, &deployment);
	device_exchange(
		&first, &device, &deployment, &(struct device_message){.transaction_id = "first"});
	buffer_append(&serial, device.certificate.serial);
	device_use_certificate(&device);
	expect_event_13(&device, &deployment,
		&(struct device_message){.message_type = types[_i], .challenge = "-"});
	expect_nothing_issued(&deployment);
	device_exchange(&second, &device, &deployment,
		&(struct device_message){
			.message_type = types[_i], .challenge = "0123456789ABCDEF"});
	ck_assert_uint_eq(second.status, SCEP_STATUS_SUCCESS);
	ck_assert(!bytes_equal(buffer_bytes(&serial), device.certificate.serial));
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* GetCert and GetCRL bring no challenge. */
START_TEST(cannot_look_up)
{
	static const char *const settings[] = {ACCEPT, "undecodable=500", NULL};
	static const unsigned types[] = {SCEP_GET_CERT, SCEP_GET_CRL};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	BUFFER_CLEANUP struct buffer lookup = {0};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, settings);
	device_init_ec(&device, &deployment);
	device_exchange(&reply, &device, &deployment, &(struct device_message){0});
	scep_request_put_issuer_and_serial(&lookup, device.ca.subject, device.certificate.serial);
	expect_event_13(&device, &deployment,
		&(struct device_message){.message_type = types[_i], .data = buffer_bytes(&lookup)});
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* Polls bring none either, but are about a request that did; also the second one for the same
 * certificate, from a device that lost the first answer. */
START_TEST(polls)
{
	static const char *const settings[] = {
		ACCEPT, "approval=after_polls", "approval_polls=2", NULL};
	static const unsigned expected[] = {
		SCEP_STATUS_PENDING, SCEP_STATUS_PENDING, SCEP_STATUS_SUCCESS, SCEP_STATUS_SUCCESS};
	BUFFER_CLEANUP struct buffer names = {0};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, settings);
	device_init_ec(&device, &deployment);
	scep_request_put_issuer_and_subject(&names, device.ca.subject, device.signer.subject);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
		struct device_message request = {0};
		struct device_message poll = {
			.message_type = SCEP_CERT_POLL, .data = buffer_bytes(&names)};

		device_exchange(&reply, &device, &deployment, i == 0 ? &request : &poll);
		ck_assert_msg(
			reply.status == expected[i], "message %zu: pkiStatus %u", i, reply.status);
	}
	ck_assert(key_same(device.certificate.spki, device.signer.spki));
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("enrolment_ec");
	TCase *tests = tcase_create("enrolment_ec");

	device_prepare_keys(1);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, answers_one_message, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tests, openssl_opens_the_reply);
	tcase_add_loop_test(tests, answers_nothing_that_nobody_could_read, 0,
		sizeof(unanswered) / sizeof(unanswered[0]));
	tcase_add_loop_test(tests, renews_with_a_challenge_alone, 0, 2);
	tcase_add_loop_test(tests, cannot_look_up, 0, 2);
	tcase_add_test(tests, polls);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
