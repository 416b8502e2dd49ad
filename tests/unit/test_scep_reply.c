/* CertReps: ours read by OpenSSL and by us, OpenSSL's read by us, and what a client refuses. */
#include <string.h>

#include "common/scep_reply.h"
#include "judge.h"
#include "tests/run_suite.h"
#include "x509_support.h"

#define MESSAGE_TYPE    "2.16.840.1.113733.1.9.2"
#define PKI_STATUS      "2.16.840.1.113733.1.9.3"
#define FAIL_INFO       "2.16.840.1.113733.1.9.4"
#define RECIPIENT_NONCE "2.16.840.1.113733.1.9.6"
#define TRANSACTION_ID  "2.16.840.1.113733.1.9.7"
#define SCEP_ERROR      "1.3.6.1.4.1.311.21.33"

static struct judge_identity ra, client, other;
static struct buffer answer; /* a certs-only SignedData with the client's certificate */

static void
set_up(void)
{
	struct bytes certificate;

	judge_identity_init(&ra, support_new_key(NULL, 1024), "TEST ONLY RA", "6800000002");
	judge_identity_init(&client, support_new_key(NULL, 1024), "device", "01");
	judge_identity_init(&other, support_new_key(NULL, 1024), "another device", "02");
	certificate = buffer_bytes(&client.certificate.der);
	certs_only_write(&answer, &certificate, 1, BYTES_NONE);
}

static void
tear_down(void)
{
	judge_identity_done(&ra);
	judge_identity_done(&client);
	judge_identity_done(&other);
	buffer_done(&answer);
}

/* As an RFC 8894 server says it. */
static struct scep_reply_plan
plan_reply(enum scep_status status)
{
	return (struct scep_reply_plan){
		.message_type = SCEP_CERT_REP,
		.status = status,
		.transaction_id = "TRANSACTION",
		.recipient_nonce = BYTES("0123456789abcdef", 16),
		.content =
			status == SCEP_STATUS_SUCCESS ? SCEP_CONTENT_ENVELOPE : SCEP_CONTENT_ABSENT,
		.message_data = buffer_bytes(&answer),
		.envelope = {.issuer = client.certificate.issuer,
			.serial = client.certificate.serial,
			.key = client.key,
			.transport = KEY_TRANSPORT_PKCS1,
			.cipher = algorithm_cipher_named("AES-256")},
		.digest = algorithm_digest_named("SHA-256"),
		.signature_names_digest = true,
		.certificates = {buffer_bytes(&ra.certificate.der)},
		.certificate_count = 1,
		.signer = &ra.certificate,
		.signer_key = ra.key,
	};
}

static void
check_answer(struct scep_reply *reply)
{
	struct diag diag = {0};

	ASSERT_DONE(scep_reply_open(reply, &client.certificate, client.key, &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&reply->message_data), buffer_bytes(&answer)));
	ck_assert_uint_eq(reply->answer.certificate_count, 1);
	ck_assert(
		bytes_equal(reply->answer.certificates[0], buffer_bytes(&client.certificate.der)));
}

START_TEST(success_is_read_by_both)
{
	const struct certificate candidates[] = {other.certificate, ra.certificate};
	struct scep_reply_plan plan = plan_reply(SCEP_STATUS_SUCCESS);
	BUFFER_CLEANUP struct buffer message = {0}, content = {0}, plain = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct diag diag = {0};

	ASSERT_DONE(scep_reply_write(&message, &plan, &diag), &diag);
	ck_assert(judge_verify(&content, buffer_bytes(&message), &ra));
	ck_assert(judge_decrypt(&plain, buffer_bytes(&content), &client));
	ck_assert(bytes_equal(buffer_bytes(&plain), buffer_bytes(&answer)));

	ASSERT_DONE(scep_reply_read(&reply, buffer_bytes(&message), &diag), &diag);
	ASSERT_DONE(signed_data_verify(&reply.message, ra.key, &diag), &diag);
	ck_assert_str_eq(reply.transaction_id, "TRANSACTION");
	ck_assert_uint_eq(reply.message_type, SCEP_CERT_REP);
	ck_assert_uint_eq(reply.status, SCEP_STATUS_SUCCESS);
	ck_assert(!reply.has_fail_info && !reply.has_error);
	ck_assert_uint_eq(reply.server_message.size, 0);
	ck_assert_uint_eq(reply.sender_nonce.size, 0);
	ck_assert(bytes_equal(reply.recipient_nonce, plan.recipient_nonce));
	ck_assert_int_eq(scep_reply_find_signer(&reply, candidates, 2), 1);
	ck_assert_int_eq(scep_reply_find_signer(&reply, candidates, 1), -1);
	check_answer(&reply);
}
END_TEST

/* For a client whose key cannot decrypt, RFC 8894 3.1. */
START_TEST(success_under_a_password_is_read_by_both)
{
	struct scep_reply_plan plan = plan_reply(SCEP_STATUS_SUCCESS);
	BUFFER_CLEANUP struct buffer message = {0}, content = {0}, plain = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct diag diag = {0};

	plan.envelope.password = bytes_text("secret");
	ASSERT_DONE(scep_reply_write(&message, &plan, &diag), &diag);
	ck_assert(judge_verify(&content, buffer_bytes(&message), &ra));
	ck_assert(judge_decrypt_with_password(&plain, buffer_bytes(&content), "secret"));
	ck_assert(bytes_equal(buffer_bytes(&plain), buffer_bytes(&answer)));

	ASSERT_DONE(scep_reply_read(&reply, buffer_bytes(&message), &diag), &diag);
	ck_assert_int_eq(scep_reply_open(&reply, &client.certificate, client.key, &diag), REFUSED);
	ck_assert_int_eq(
		scep_reply_open_with_password(&reply, bytes_text("Secret"), &diag), REFUSED);
	ck_assert_uint_eq(reply.message_data.size, 0);
	ASSERT_DONE(scep_reply_open_with_password(&reply, bytes_text("secret"), &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&reply.message_data), buffer_bytes(&answer)));
	ck_assert_uint_eq(reply.answer.certificate_count, 1);
}
END_TEST

START_TEST(a_password_does_not_open_what_a_key_does)
{
	struct scep_reply_plan plan = plan_reply(SCEP_STATUS_SUCCESS);
	BUFFER_CLEANUP struct buffer message = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct diag diag = {0};

	ASSERT_DONE(scep_reply_write(&message, &plan, &diag), &diag);
	ASSERT_DONE(scep_reply_read(&reply, buffer_bytes(&message), &diag), &diag);
	ck_assert_int_eq(
		scep_reply_open_with_password(&reply, bytes_text("secret"), &diag), REFUSED);
	ck_assert_str_eq(diag.wanted, "one that the challenge password opens");
}
END_TEST

static const struct {
	enum scep_status status;
	enum scep_reply_content content;
	enum scep_fail_info fail_info;
	int32_t error; /* 0: none */
	const char *server_message;
	const char *fail_info_text;
	uint8_t transaction_id_tag;
} failures[] = {
	{SCEP_STATUS_FAILURE, SCEP_CONTENT_ABSENT, SCEP_FAIL_BAD_ALG, 0, NULL, NULL, 0},
	{SCEP_STATUS_FAILURE, SCEP_CONTENT_ZERO_BYTE, SCEP_FAIL_BAD_MESSAGE_CHECK,
		(int32_t)0x80094800, NULL, NULL, 0},
	{SCEP_STATUS_FAILURE, SCEP_CONTENT_ABSENT, SCEP_FAIL_BAD_CERT_ID, INT32_MIN,
		"Denied by Policy Module", "n\xc3\xa4", DER_UTF8_STRING},
	{SCEP_STATUS_FAILURE, SCEP_CONTENT_ABSENT, SCEP_FAIL_BAD_TIME, INT32_MAX, NULL, NULL, 0},
	{SCEP_STATUS_PENDING, SCEP_CONTENT_ZERO_BYTE, 0, 0, "Taken Under Submission", NULL, 0},
	{SCEP_STATUS_PENDING, SCEP_CONTENT_ABSENT, 0, 0, NULL, NULL, DER_IA5_STRING},
};

START_TEST(refusals_are_read_by_both)
{
	struct scep_reply_plan plan = plan_reply(failures[_i].status);
	bool failed = failures[_i].status == SCEP_STATUS_FAILURE;
	BUFFER_CLEANUP struct buffer message = {0}, content = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct diag diag = {0};

	plan.content = failures[_i].content;
	plan.fail_info = failures[_i].fail_info;
	plan.has_error = failures[_i].error != 0;
	plan.error = failures[_i].error;
	plan.server_message = failures[_i].server_message;
	plan.fail_info_text = failures[_i].fail_info_text;
	plan.transaction_id_tag = failures[_i].transaction_id_tag;
	plan.sender_nonce = BYTES("fedcba9876543210", 16);
	ASSERT_DONE(scep_reply_write(&message, &plan, &diag), &diag);
	ck_assert(judge_verify(&content, buffer_bytes(&message), &ra));
	ck_assert(bytes_equal(buffer_bytes(&content),
		BYTES("\0", plan.content == SCEP_CONTENT_ZERO_BYTE ? 1 : 0)));

	ASSERT_DONE(scep_reply_read(&reply, buffer_bytes(&message), &diag), &diag);
	ASSERT_DONE(signed_data_verify(&reply.message, ra.key, &diag), &diag);
	ck_assert_uint_eq(reply.status, failures[_i].status);
	ck_assert_int_eq(reply.has_fail_info, failed);
	ck_assert_uint_eq(reply.fail_info, failed ? failures[_i].fail_info : 0);
	ck_assert_int_eq(reply.has_error, plan.has_error);
	ck_assert_int_eq(reply.error, failures[_i].error);
	ck_assert(
		bytes_equal(buffer_bytes(&reply.server_message), bytes_text(plan.server_message)));
	ck_assert(
		bytes_equal(buffer_bytes(&reply.fail_info_text), bytes_text(plan.fail_info_text)));
	ck_assert(bytes_equal(reply.sender_nonce, plan.sender_nonce));
	ck_assert_uint_eq(reply.envelope.recipient_count, 0);
	ck_assert_int_eq(scep_reply_open(&reply, &client.certificate, client.key, &diag), REFUSED);
}
END_TEST

/* A SUCCESS to the client with these attributes; content absent without `recipient`. */
static void
make_reply(struct buffer *out, const struct judge_attribute *attributes, unsigned manner,
	const struct judge_identity *recipient)
{
	const struct judge_plan envelope = {
		.manner = manner, .people = {recipient}, .cipher = EVP_aes_128_cbc()};
	struct judge_plan plan = {
		.manner = manner | JUDGE_NO_CERTIFICATE, .people = {&ra}, .digest = EVP_sha1()};
	BUFFER_CLEANUP struct buffer content = {0};

	for (size_t i = 0; i < JUDGE_ATTRIBUTES_MAX; i++)
		plan.attributes[i] = attributes[i];
	if (recipient)
		judge_encrypt(&content, &envelope, buffer_bytes(&answer));
	else
		plan.manner |= JUDGE_NO_CONTENT;
	judge_sign(out, &plan, buffer_bytes(&content));
}

#define ATTRIBUTE(type, text)                                                                      \
	{                                                                                          \
		type, V_ASN1_PRINTABLESTRING, text, sizeof(text) - 1                               \
	}

static const struct {
	const char *name;
	struct judge_attribute attributes[JUDGE_ATTRIBUTES_MAX];
	const char *object;
	const char *found; /* NULL: accepted */
} replies[] = {
	{"SUCCESS",
		{ATTRIBUTE(MESSAGE_TYPE, "3"), ATTRIBUTE(PKI_STATUS, "0"),
			ATTRIBUTE(TRANSACTION_ID, "T")},
		NULL, NULL},
	{"no pkiStatus", {ATTRIBUTE(MESSAGE_TYPE, "3"), ATTRIBUTE(TRANSACTION_ID, "T")},
		"pkiStatus", "none"},
	{"no messageType", {ATTRIBUTE(PKI_STATUS, "0"), ATTRIBUTE(TRANSACTION_ID, "T")},
		"messageType", "none"},
	{"no transactionID", {ATTRIBUTE(MESSAGE_TYPE, "3"), ATTRIBUTE(PKI_STATUS, "0")},
		"transactionID", "none"},
	{"a status in words",
		{ATTRIBUTE(MESSAGE_TYPE, "3"), ATTRIBUTE(PKI_STATUS, "SUCCESS"),
			ATTRIBUTE(TRANSACTION_ID, "T")},
		"pkiStatus", "\"SUCCESS\""},
	{"a failInfo in words",
		{ATTRIBUTE(MESSAGE_TYPE, "3"), ATTRIBUTE(PKI_STATUS, "0"),
			ATTRIBUTE(TRANSACTION_ID, "T"), ATTRIBUTE(FAIL_INFO, "badAlg")},
		"failInfo", "\"badAlg\""},
	{"an error in hexadecimal",
		{ATTRIBUTE(MESSAGE_TYPE, "3"), ATTRIBUTE(PKI_STATUS, "0"),
			ATTRIBUTE(TRANSACTION_ID, "T"), ATTRIBUTE(SCEP_ERROR, "0x80070057")},
		"ENROLL_SCEP_ERROR", "\"0x80070057\""},
	{"an error beyond 32 bits",
		{ATTRIBUTE(MESSAGE_TYPE, "3"), ATTRIBUTE(PKI_STATUS, "0"),
			ATTRIBUTE(TRANSACTION_ID, "T"), ATTRIBUTE(SCEP_ERROR, "-2147483649")},
		"ENROLL_SCEP_ERROR", "\"-2147483649\""},
	{"a nonce as text",
		{ATTRIBUTE(MESSAGE_TYPE, "3"), ATTRIBUTE(PKI_STATUS, "0"),
			ATTRIBUTE(TRANSACTION_ID, "T"), ATTRIBUTE(RECIPIENT_NONCE, "nonce")},
		"recipientNonce", "PrintableString"},
};

START_TEST(reads_what_openssl_writes)
{
	BUFFER_CLEANUP struct buffer message = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct diag diag = {0};
	int outcome;

	make_reply(&message, replies[_i].attributes, _i % 2 ? 0 : JUDGE_STREAMED, &client);
	outcome = scep_reply_read(&reply, buffer_bytes(&message), &diag);
	if (!replies[_i].found) {
		ck_assert_msg(outcome == DONE, "%s: %s", replies[_i].name, diag.found);
		ASSERT_DONE(signed_data_verify(&reply.message, ra.key, &diag), &diag);
		ck_assert_int_eq(scep_reply_find_signer(&reply, &ra.certificate, 1), 0);
		check_answer(&reply);
		return;
	}
	ck_assert_msg(outcome == REFUSED, "%s was accepted", replies[_i].name);
	ck_assert_msg(strstr(diag.found, replies[_i].found) != NULL, "%s: %s", replies[_i].name,
		diag.found);
	ck_assert_str_eq(diag.object, replies[_i].object);
}
END_TEST

START_TEST(success_needs_an_envelope)
{
	BUFFER_CLEANUP struct buffer message = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct diag diag = {0};

	make_reply(&message, replies[0].attributes, 0, NULL);
	ck_assert_int_eq(scep_reply_read(&reply, buffer_bytes(&message), &diag), REFUSED);
	ck_assert_str_eq(diag.found, "no content");
}
END_TEST

START_TEST(opens_for_the_recipient_alone)
{
	BUFFER_CLEANUP struct buffer message = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct diag diag = {0};

	make_reply(&message, replies[0].attributes, 0, &other);
	ASSERT_DONE(scep_reply_read(&reply, buffer_bytes(&message), &diag), &diag);
	ck_assert_int_eq(scep_reply_open(&reply, &client.certificate, client.key, &diag), REFUSED);
	ck_assert_str_eq(diag.found, "addressed to issuer CN=another device, serial 02");
	ck_assert_str_eq(diag.wanted, "the certificate that signed the request, serial 01");
	/* The right certificate with another key. */
	ck_assert_int_eq(scep_reply_open(&reply, &other.certificate, client.key, &diag), REFUSED);
	ck_assert_uint_eq(reply.message_data.size, 0);
}
END_TEST

START_TEST(refuses_an_answer_that_is_none)
{
	struct scep_reply_plan plan = plan_reply(SCEP_STATUS_SUCCESS);
	BUFFER_CLEANUP struct buffer message = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct diag diag = {0};

	plan.message_data = buffer_bytes(&client.certificate.der);
	ASSERT_DONE(scep_reply_write(&message, &plan, &diag), &diag);
	ASSERT_DONE(scep_reply_read(&reply, buffer_bytes(&message), &diag), &diag);
	ck_assert_int_eq(scep_reply_open(&reply, &client.certificate, client.key, &diag), REFUSED);
	ck_assert_str_eq(diag.object, "SignedData");
}
END_TEST

START_TEST(refuses_every_truncation)
{
	struct scep_reply_plan plan = plan_reply(SCEP_STATUS_SUCCESS);
	BUFFER_CLEANUP struct buffer message = {0};

	ck_assert_int_eq(scep_reply_write(&message, &plan, NULL), DONE);
	for (size_t size = 0; size < message.size; size++) {
		BUFFER_CLEANUP struct buffer cut = {0};
		SCEP_REPLY_CLEANUP struct scep_reply reply = {0};

		buffer_append(&cut, BYTES(message.data, size));
		ck_assert_msg(scep_reply_read(&reply, buffer_bytes(&cut), NULL) == REFUSED,
			"%zu of %zu bytes were accepted", size, message.size);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scep_reply");
	TCase *openssl = tcase_create("against OpenSSL"), *refusals = tcase_create("refusals");

	tcase_add_unchecked_fixture(openssl, set_up, tear_down);
	tcase_add_test(openssl, success_is_read_by_both);
	tcase_add_test(openssl, success_under_a_password_is_read_by_both);
	tcase_add_test(openssl, a_password_does_not_open_what_a_key_does);
	tcase_add_loop_test(openssl, refusals_are_read_by_both, 0, ROWS(failures));
	tcase_add_loop_test(openssl, reads_what_openssl_writes, 0, ROWS(replies));
	suite_add_tcase(suite, openssl);

	tcase_add_unchecked_fixture(refusals, set_up, tear_down);
	tcase_add_test(refusals, success_needs_an_envelope);
	tcase_add_test(refusals, opens_for_the_recipient_alone);
	tcase_add_test(refusals, refuses_an_answer_that_is_none);
	tcase_add_test(refusals, refuses_every_truncation);
	suite_add_tcase(suite, refusals);
	return run_suite(suite);
}
