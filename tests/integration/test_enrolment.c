/*
 * Conversations of a device with a deployment: what is granted, what is
 * refused and why, and what must never pass.
 */
#include <check.h>
#include <pthread.h>
#include <string.h>

#include "common/certificate_plan.h"
#include "server/store.h"
#include "tests/integration/device.h"
#include "tests/run_suite.h"
#include "tests/unit/temporary_directory.h"

/* One message on a fresh deployment, and how it fares. */
static const struct {
	const char *name;
	const char *settings[4];
	struct device_message message;
	unsigned status;
	unsigned fail_info;
	uint32_t error;     /* the HRESULT of the reply */
	const char *reason; /* of the journal */
} rows[] = {
	{"the ordinary", {NULL}, {0}, SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"by GET", {NULL}, {.by_get = true}, SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"by GET with PATH_INFO", {NULL},
		{.by_get = true, .path = "/certsrv/mscep/mscep.dll/pkiclient.exe"},
		SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"3DES and SHA-1", {NULL}, {.cipher = "DES3", .digest = "SHA-1"}, SCEP_STATUS_SUCCESS, 0, 0,
		NULL},
	{"single DES", {NULL}, {.cipher = "DES", .digest = "SHA-1"}, SCEP_STATUS_SUCCESS, 0, 0,
		NULL},
	{"AES-192 and SHA-384", {NULL}, {.cipher = "AES-192", .digest = "SHA-384"},
		SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"AES-256, OAEP, SHA-512", {NULL}, {.cipher = "AES-256", .digest = "SHA-512", .oaep = true},
		SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"RFC 8894's reply", {"reply=rfc8894"}, {0}, SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"an issuing CA", {"ca_hierarchy=issuing"}, {0}, SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"a server of 2008 by GET", {"server_version=2008"}, {.by_get = true, .cipher = "DES3"},
		SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"transactionID in base64", {NULL}, {.transaction_id = "HVvzN0228V+AW+dUuDe8OPyDXD0="},
		SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"transactionID with spaces", {NULL}, {.transaction_id = "my device 1"},
		SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"transactionID of 77 digits", {NULL},
		{.transaction_id = "123456789012345678901234567890123456789012345678901234567890123"
				   "45678901234567"},
		SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"SAN and key usage", {NULL},
		{.san = "DNS:device.example,email:a@example.org",
			.key_usage = KEY_USAGE_DIGITAL_SIGNATURE},
		SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"no challenge asked for", {"enforce_password=false"}, {.challenge = "-"},
		SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"no challenge", {NULL}, {.challenge = "-"}, SCEP_STATUS_FAILURE,
		SCEP_FAIL_BAD_MESSAGE_CHECK, 0x80096004, "challenge-absent"},
	{"an unknown challenge", {NULL}, {.challenge = "0123456789ABCDEF"}, SCEP_STATUS_FAILURE,
		SCEP_FAIL_BAD_MESSAGE_CHECK, 0x80070490, "challenge-unknown"},
	{"a malformed challenge", {NULL}, {.challenge = "ggg"}, SCEP_STATUS_FAILURE,
		SCEP_FAIL_BAD_REQUEST, 0x80070057, "challenge-malformed"},
	{"failInfo by setting", {"fail_info_challenge_unknown=2"},
		{.challenge = "0123456789ABCDEF"}, SCEP_STATUS_FAILURE, SCEP_FAIL_BAD_REQUEST,
		0x80070490, "challenge-unknown"},
	{"an unknown message type", {NULL}, {.message_type = 18}, SCEP_STATUS_FAILURE,
		SCEP_FAIL_BAD_REQUEST, 0x80070057, "message-type-unknown"},
	{"a huge message type", {NULL}, {.message_type = 999999999}, SCEP_STATUS_FAILURE,
		SCEP_FAIL_BAD_REQUEST, 0x80070057, "message-type-unknown"},
	{"MD5", {NULL}, {.digest = "MD5"}, SCEP_STATUS_FAILURE, SCEP_FAIL_BAD_ALG, 0x80090008,
		"digest-not-supported"},
	{"a changed signature", {NULL}, {.flip_from_end = 1}, SCEP_STATUS_FAILURE,
		SCEP_FAIL_BAD_MESSAGE_CHECK, 0x80090006, "signature-wrong"},
	{"a CSR with a changed signature", {NULL}, {.flip_csr_from_end = 1}, SCEP_STATUS_FAILURE,
		SCEP_FAIL_BAD_MESSAGE_CHECK, 0x80090006, "csr-signature-wrong"},
	{"RenewalReq of a new device", {NULL}, {.message_type = SCEP_RENEWAL_REQ},
		SCEP_STATUS_FAILURE, SCEP_FAIL_BAD_REQUEST, 0, NULL},
	{"a template that the CA does not have",
		{"general_purpose_template=IPSec (Offline request)"}, {0}, SCEP_STATUS_FAILURE,
		SCEP_FAIL_BAD_REQUEST, 0x80094800, NULL},
	{"a key that is too small", {"minimum_key_size=4096"}, {0}, SCEP_STATUS_FAILURE,
		SCEP_FAIL_BAD_REQUEST, 0x80094811, NULL},
	{"a name that the CA may not issue to", {"permitted_subjects=*O=Contoso*"}, {0},
		SCEP_STATUS_FAILURE, SCEP_FAIL_BAD_REQUEST, 0x800b0114, "name-not-permitted"},
	{"a name that the CA may issue to", {"permitted_subjects=*O=Contoso*"},
		{.subject = "CN=device,O=Contoso"}, SCEP_STATUS_SUCCESS, 0, 0, NULL},
	{"approval by hand", {"approval=manual"}, {0}, SCEP_STATUS_PENDING, 0, 0, NULL},
	{"a poll that nothing waits for", {NULL},
		{.message_type = SCEP_CERT_POLL,
			.data = {(const uint8_t *)"\x30\x04\x30\x00\x30\x00", 6}},
		SCEP_STATUS_FAILURE, SCEP_FAIL_BAD_CERT_ID, 0, NULL},
};

START_TEST(answers_one_message)
{
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	BUFFER_CLEANUP struct buffer journal = {0};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, rows[_i].settings);
	device_init(&device, &deployment, 0);
	device_exchange(&reply, &device, &deployment, &rows[_i].message);
	ck_assert_msg(
		reply.status == rows[_i].status, "%s: pkiStatus %u", rows[_i].name, reply.status);
	if (reply.status == SCEP_STATUS_FAILURE)
		ck_assert_msg(reply.fail_info == rows[_i].fail_info, "%s: failInfo %u",
			rows[_i].name, reply.fail_info);
	if (rows[_i].error)
		ck_assert_msg((uint32_t)reply.error == rows[_i].error, "%s: error 0x%08x",
			rows[_i].name, (unsigned)reply.error);
	if (rows[_i].reason)
		deployment_read_log(&journal, &deployment, "journal.jsonl", rows[_i].reason, 1);
	if (reply.status == SCEP_STATUS_SUCCESS)
		ck_assert(key_same(device.certificate.spki, device.signer.spki));
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* A message that gets no CertRep: the RA cannot open it. */
START_TEST(does_not_open_what_is_for_the_ca)
{
	static const char *const settings[] = {"undecodable=500", NULL};
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	BUFFER_CLEANUP struct buffer journal = {0};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, settings);
	device_init(&device, &deployment, 0);
	device_send(&response, &device, &deployment, &(struct device_message){.to_ca = true});
	ck_assert_uint_eq(response.status, 500);
	deployment_read_log(&journal, &deployment, "journal.jsonl", "envelope-not-decryptable", 1);
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

START_TEST(renews)
{
	static const unsigned types[] = {SCEP_PKCS_REQ, SCEP_RENEWAL_REQ};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, NULL);
	device_init(&device, &deployment, 0);
	for (size_t i = 0; i < 2; i++) {
		SCEP_REPLY_CLEANUP struct scep_reply first = {0}, second = {0};
		BUFFER_CLEANUP struct buffer serial = {0};

		device_exchange(&first, &device, &deployment, &(struct device_message){0});
		buffer_append(&serial, device.certificate.serial);
		device_use_certificate(&device);
		/* The long-spent password comes along; the renewal signature wins. */
		device_exchange(&second, &device, &deployment,
			&(struct device_message){.message_type = types[i],
				.challenge = "0123456789ABCDEF",
				.transaction_id = "renewal"});
		ck_assert_uint_eq(second.status, SCEP_STATUS_SUCCESS);
		ck_assert(!bytes_equal(buffer_bytes(&serial), device.certificate.serial));
	}
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* Who may not renew. */
static const struct {
	const char *name;
	int64_t days_later;
	bool revoked, foreign, other_subject;
	unsigned message_type;
	const char *challenge;
	unsigned status;
} renewals[] = {
	{"with a password of its own, by an expired certificate", 400, false, false, false,
		SCEP_PKCS_REQ, "secret", SCEP_STATUS_FAILURE},
	{"by an expired certificate", 400, false, false, false, SCEP_RENEWAL_REQ, "-",
		SCEP_STATUS_FAILURE},
	{"by a revoked certificate", 0, true, false, false, SCEP_PKCS_REQ, "-",
		SCEP_STATUS_FAILURE},
	{"by a revoked certificate, 17", 0, true, false, false, SCEP_RENEWAL_REQ, "-",
		SCEP_STATUS_FAILURE},
	{"by a foreign certificate", 0, false, true, false, SCEP_PKCS_REQ, "-",
		SCEP_STATUS_FAILURE},
	{"by a foreign certificate, 17", 0, false, true, false, SCEP_RENEWAL_REQ, "secret",
		SCEP_STATUS_FAILURE},
	{"for another subject", 0, false, false, true, SCEP_PKCS_REQ, "-", SCEP_STATUS_FAILURE},
	{"in time", 300, false, false, false, SCEP_PKCS_REQ, "-", SCEP_STATUS_SUCCESS},
};

/* A certificate that names our CA as its issuer, and was signed by the device itself. */
static void
forge_certificate(struct device *device)
{
	BUFFER_CLEANUP struct buffer der = {0}, spki = {0};
	struct certificate_plan plan = {
		.serial = {0x68, 1},
		.serial_size = 2,
		.digest = algorithm_digest_named("SHA-256"),
		.issuer = device->ca.subject,
		.subject = device->certificate.subject,
		.not_before = device->certificate.not_before,
		.not_after = device->certificate.not_after,
	};

	ck_assert_int_eq(key_write_public(&spki, device->key, NULL), DONE);
	plan.spki = buffer_bytes(&spki);
	ck_assert_int_eq(certificate_plan_sign(&der, &plan, device->key, NULL), DONE);
	certificate_done(&device->signer);
	ck_assert_int_eq(certificate_read(&device->signer, buffer_bytes(&der), NULL), DONE);
}

START_TEST(renews_only_what_may_be)
{
	SCEP_REPLY_CLEANUP struct scep_reply first = {0}, second = {0};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, NULL);
	device_init(&device, &deployment, 0);
	device_exchange(&first, &device, &deployment, &(struct device_message){0});
	device_use_certificate(&device);
	if (renewals[_i].foreign)
		forge_certificate(&device);
	if (renewals[_i].revoked)
		ck_assert_int_eq(
			store_certificate_revoke(deployment.server->store, SITE_NAME_DEFAULT,
				device.certificate.serial, clock_now_ms(&deployment.server->clock),
				REVOKED_KEY_COMPROMISE, NULL),
			DONE);
	clock_advance(
		&deployment.server->clock, renewals[_i].days_later * CLOCK_DAY_SECONDS * 1000);
	device_exchange(&second, &device, &deployment,
		&(struct device_message){.message_type = renewals[_i].message_type,
			.challenge = renewals[_i].challenge,
			.transaction_id = "renewal",
			.subject = renewals[_i].other_subject ? "CN=somebody else" : NULL});
	ck_assert_msg(second.status == renewals[_i].status, "%s: pkiStatus %u", renewals[_i].name,
		second.status);
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* Approval after two polls: PENDING for the request and the first poll. */
START_TEST(waits_for_approval)
{
	static const char *const settings[] = {"approval=after_polls", "approval_polls=2", NULL};
	static const unsigned expected[] = {
		SCEP_STATUS_PENDING, SCEP_STATUS_PENDING, SCEP_STATUS_SUCCESS};
	BUFFER_CLEANUP struct buffer names = {0};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, settings);
	device_init(&device, &deployment, 0);
	scep_request_put_issuer_and_subject(&names, device.ca.subject, device.signer.subject);
	for (size_t i = 0; i < 3; i++) {
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

START_TEST(survives_a_restart)
{
	static const char *const settings[] = {"approval=after_polls", "approval_polls=1", NULL};
	BUFFER_CLEANUP struct buffer names = {0}, lookup = {0}, serial = {0};
	SCEP_REPLY_CLEANUP struct scep_reply pending = {0}, polled = {0}, fetched = {0};
	char *state = temporary_directory_new();
	struct deployment deployment;
	struct device device;

	deployment_start_with_state(&deployment, state, settings);
	device_init(&device, &deployment, 0);
	device_exchange(&pending, &device, &deployment, &(struct device_message){0});
	ck_assert_uint_eq(pending.status, SCEP_STATUS_PENDING);
	deployment_stop(&deployment);

	deployment_start_with_state(&deployment, state, settings);
	device_done(&device);
	device_init(&device, &deployment, 0);
	scep_request_put_issuer_and_subject(&names, device.ca.subject, device.signer.subject);
	device_exchange(&polled, &device, &deployment,
		&(struct device_message){
			.message_type = SCEP_CERT_POLL, .data = buffer_bytes(&names)});
	ck_assert_uint_eq(polled.status, SCEP_STATUS_SUCCESS);
	buffer_append(&serial, device.certificate.serial);
	scep_request_put_issuer_and_serial(&lookup, device.ca.subject, buffer_bytes(&serial));
	device_exchange(&fetched, &device, &deployment,
		&(struct device_message){
			.message_type = SCEP_GET_CERT, .data = buffer_bytes(&lookup)});
	ck_assert_uint_eq(fetched.status, SCEP_STATUS_SUCCESS);
	ck_assert(bytes_equal(device.certificate.serial, buffer_bytes(&serial)));
	device_done(&device);
	deployment_stop(&deployment);
	temporary_directory_remove(state);
}
END_TEST

/* Fifty devices at once. */
#define CROWD 50

struct member {
	pthread_t thread;
	const struct deployment *deployment;
	struct buffer request;
	struct raw_response response;
};

static void *
send_prepared(void *argument)
{
	struct member *member = argument;
	struct raw_client client = raw_connect("127.0.0.1", member->deployment->port);

	if (raw_send(&client, buffer_bytes(&member->request)))
		raw_read(&member->response, &client);
	raw_close(&client);
	return NULL;
}

/* Writes a member's request: the message, under a transactionID of its own unless it names one. */
static void
prepare(struct member *member, struct device *device, const struct deployment *deployment,
	struct device_message message, size_t number)
{
	BUFFER_CLEANUP struct buffer der = {0};
	char transaction_id[16];

	snprintf(transaction_id, sizeof(transaction_id), "crowd-%zu", number);
	if (!message.transaction_id)
		message.transaction_id = transaction_id;
	device_write(&der, device, &message);
	buffer_append_format(&member->request,
		"POST /certsrv/mscep/mscep.dll?operation=PKIOperation HTTP/1.1\r\nHost: test\r\n"
		"Content-Length: %zu\r\n\r\n",
		der.size);
	buffer_append(&member->request, buffer_bytes(&der));
	member->deployment = deployment;
}

/* Sends the message once for each member, all prepared first; gives the certificates that came, and
 * counts them. */
static unsigned
send_crowd(struct device *device, const struct deployment *deployment,
	const struct device_message *message, struct certificate issued[CROWD])
{
	struct member crowd[CROWD] = {0};
	unsigned successes = 0;

	for (size_t i = 0; i < CROWD; i++)
		prepare(&crowd[i], device, deployment, *message, i);
	for (size_t i = 0; i < CROWD; i++)
		ck_assert_int_eq(
			pthread_create(&crowd[i].thread, NULL, send_prepared, &crowd[i]), 0);
	for (size_t i = 0; i < CROWD; i++) {
		SCEP_REPLY_CLEANUP struct scep_reply reply = {0};

		pthread_join(crowd[i].thread, NULL);
		ck_assert_int_eq(
			scep_reply_read(&reply, buffer_bytes(&crowd[i].response.body), NULL), DONE);
		if (reply.status == SCEP_STATUS_SUCCESS) {
			ck_assert_int_eq(
				scep_reply_open(&reply, &device->signer, device->signer_key, NULL),
				DONE);
			ck_assert_int_eq(certificate_read(&issued[successes++],
						 reply.answer.certificates[0], NULL),
				DONE);
		}
		buffer_done(&crowd[i].request);
		raw_response_done(&crowd[i].response);
	}
	return successes;
}

START_TEST(gives_no_serial_twice)
{
	struct certificate issued[CROWD] = {0};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, NULL);
	device_init(&device, &deployment, 0);
	ck_assert_uint_eq(
		send_crowd(&device, &deployment, &(struct device_message){0}, issued), CROWD);
	for (size_t i = 0; i < CROWD; i++) {
		for (size_t k = 0; k < i; k++)
			ck_assert(!bytes_equal(issued[i].serial, issued[k].serial));
	}
	for (size_t i = 0; i < CROWD; i++)
		certificate_done(&issued[i]);
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

START_TEST(takes_a_password_once)
{
	struct certificate issued[CROWD] = {0};
	struct deployment deployment;
	struct device device;
	char password[17];

	deployment_start(&deployment, NULL);
	device_init(&device, &deployment, 0);
	deployment_fetch_password(password, &deployment);
	ck_assert_uint_eq(send_crowd(&device, &deployment,
				  &(struct device_message){.challenge = password}, issued),
		1);
	certificate_done(&issued[0]);
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* One request is one certificate, however many ask after it in the same instant. */
START_TEST(issues_a_pending_request_once)
{
	static const char *const settings[] = {"approval=after_polls", "approval_polls=1", NULL};
	SCEP_REPLY_CLEANUP struct scep_reply pending = {0};
	BUFFER_CLEANUP struct buffer names = {0};
	struct certificate issued[CROWD] = {0};
	struct device_message message = {.transaction_id = "one"};
	struct deployment deployment;
	struct device device;

	deployment_start(&deployment, settings);
	device_init(&device, &deployment, 0);
	device_exchange(&pending, &device, &deployment, &message);
	ck_assert_uint_eq(pending.status, SCEP_STATUS_PENDING);
	scep_request_put_issuer_and_subject(&names, device.ca.subject, device.signer.subject);
	message.message_type = SCEP_CERT_POLL;
	message.data = buffer_bytes(&names);
	ck_assert_uint_eq(send_crowd(&device, &deployment, &message, issued), CROWD);
	for (size_t i = 1; i < CROWD; i++)
		ck_assert(bytes_equal(issued[i].serial, issued[0].serial));
	for (size_t i = 0; i < CROWD; i++)
		certificate_done(&issued[i]);
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* A client may repeat its request while it is pending (RFC 8894 3.3.3 leaves it the choice); its
 * one-time password was taken for this very transaction, and is no worse for that. */
START_TEST(takes_a_repeated_request_as_a_poll)
{
	static const char *const settings[] = {"approval=after_polls", "approval_polls=1", NULL};
	static const unsigned expected[] = {SCEP_STATUS_PENDING, SCEP_STATUS_SUCCESS};
	struct deployment deployment;
	struct device device;
	char password[17];

	deployment_start(&deployment, settings);
	device_init(&device, &deployment, 0);
	deployment_fetch_password(password, &deployment);
	for (size_t i = 0; i < 2; i++) {
		SCEP_REPLY_CLEANUP struct scep_reply reply = {0};

		device_exchange(&reply, &device, &deployment,
			&(struct device_message){.challenge = password});
		ck_assert_msg(
			reply.status == expected[i], "message %zu: pkiStatus %u", i, reply.status);
	}
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* But nobody else profits from it: neither another transaction nor another key in the same one. */
START_TEST(keeps_a_pending_password_to_its_transaction)
{
	static const char *const settings[] = {"approval=manual", NULL};
	SCEP_REPLY_CLEANUP struct scep_reply first = {0}, other = {0}, thief = {0};
	struct deployment deployment;
	struct device device, stranger;
	char password[17];

	deployment_start(&deployment, settings);
	device_init(&device, &deployment, 0);
	device_init(&stranger, &deployment, 1);
	deployment_fetch_password(password, &deployment);
	device_exchange(
		&first, &device, &deployment, &(struct device_message){.challenge = password});
	ck_assert_uint_eq(first.status, SCEP_STATUS_PENDING);
	device_exchange(&other, &device, &deployment,
		&(struct device_message){.challenge = password, .transaction_id = "another"});
	ck_assert_uint_eq(other.status, SCEP_STATUS_FAILURE);
	device_exchange(
		&thief, &stranger, &deployment, &(struct device_message){.challenge = password});
	ck_assert_uint_eq(thief.status, SCEP_STATUS_FAILURE);
	device_done(&device);
	device_done(&stranger);
	deployment_stop(&deployment);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("enrolment");
	TCase *tests = tcase_create("enrolment");

	device_prepare_keys(2);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, answers_one_message, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tests, does_not_open_what_is_for_the_ca);
	tcase_add_test(tests, renews);
	tcase_add_loop_test(
		tests, renews_only_what_may_be, 0, sizeof(renewals) / sizeof(renewals[0]));
	tcase_add_test(tests, waits_for_approval);
	tcase_add_test(tests, survives_a_restart);
	tcase_add_test(tests, gives_no_serial_twice);
	tcase_add_test(tests, takes_a_password_once);
	tcase_add_test(tests, issues_a_pending_request_once);
	tcase_add_test(tests, takes_a_repeated_request_as_a_poll);
	tcase_add_test(tests, keeps_a_pending_password_to_its_transaction);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
