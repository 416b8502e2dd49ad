/* CertReps that are wrong in one way, as planned: wrong in that way, and right in all others. */
#include <string.h>

#include "common/cms_indefinite.h"
#include "common/scep_reply.h"
#include "judge.h"
#include "tests/run_suite.h"
#include "x509_support.h"

static struct judge_identity ra, client;
static struct buffer answer; /* a certs-only SignedData with the client's certificate */

static void
set_up(void)
{
	struct bytes certificate;

	judge_identity_init(&ra, support_new_key(NULL, 1024), "TEST ONLY RA", "6800000002");
	judge_identity_init(&client, support_new_key(NULL, 1024), "device", "01");
	certificate = buffer_bytes(&client.certificate.der);
	certs_only_write(&answer, &certificate, 1, BYTES_NONE);
}

static void
tear_down(void)
{
	judge_identity_done(&ra);
	judge_identity_done(&client);
	buffer_done(&answer);
}

static struct scep_reply_plan
plan_success(void)
{
	return (struct scep_reply_plan){
		.message_type = SCEP_CERT_REP,
		.status = SCEP_STATUS_SUCCESS,
		.transaction_id = "TRANSACTION",
		.sender_nonce = BYTES("fedcba9876543210", 16),
		.recipient_nonce = BYTES("0123456789abcdef", 16),
		.content = SCEP_CONTENT_ENVELOPE,
		.message_data = buffer_bytes(&answer),
		.envelope = {.issuer = client.certificate.issuer,
			.serial = client.certificate.serial,
			.key = client.key,
			.transport = KEY_TRANSPORT_PKCS1,
			.cipher = algorithm_cipher_named("AES-128")},
		.digest = algorithm_digest_named("SHA-256"),
		.signer = &ra.certificate,
		.signer_key = ra.key,
	};
}

static void
plan_failure(struct scep_reply_plan *plan)
{
	plan->status = SCEP_STATUS_FAILURE;
	plan->content = SCEP_CONTENT_ZERO_BYTE;
}

static void
leave_out_fail_info(struct scep_reply_plan *plan)
{
	plan_failure(plan);
	plan->without_fail_info = true;
}

static void
leave_out_type(struct scep_reply_plan *plan)
{
	plan->without_message_type = true;
}

static void
leave_out_status(struct scep_reply_plan *plan)
{
	plan->without_status = true;
}

static void
leave_out_transaction(struct scep_reply_plan *plan)
{
	plan->transaction_id = NULL;
}

static void
leave_out_recipient_nonce(struct scep_reply_plan *plan)
{
	plan->recipient_nonce = BYTES_NONE;
}

static void
leave_out_sender_nonce(struct scep_reply_plan *plan)
{
	plan->sender_nonce = BYTES_NONE;
}

static const struct {
	enum oid type; /* the one attribute that is not there */
	void (*edit)(struct scep_reply_plan *plan);
} omissions[] = {
	{OID_MESSAGE_TYPE, leave_out_type},
	{OID_PKI_STATUS, leave_out_status},
	{OID_FAIL_INFO, leave_out_fail_info},
	{OID_SENDER_NONCE, leave_out_sender_nonce},
	{OID_RECIPIENT_NONCE, leave_out_recipient_nonce},
	{OID_TRANSACTION_ID, leave_out_transaction},
};

static bool
has_attribute(const struct buffer *message, enum oid type)
{
	struct bytes encoded = oid_bytes(type);

	return memmem(message->data, message->size, encoded.data, encoded.size) != NULL;
}

/* The signature is over what is left, and OpenSSL takes it. */
START_TEST(an_attribute_is_left_out_alone)
{
	BUFFER_CLEANUP struct buffer message = {0}, content = {0};
	struct scep_reply_plan plan = plan_success();
	bool failure;
	struct diag diag = {0};

	omissions[_i].edit(&plan);
	failure = plan.status == SCEP_STATUS_FAILURE;
	ASSERT_DONE(scep_reply_write(&message, &plan, &diag), &diag);
	ck_assert(judge_verify(&content, buffer_bytes(&message), &ra));
	for (size_t i = 0; i < ROWS(omissions); i++) {
		bool is_fail_info = omissions[i].edit == leave_out_fail_info;

		ck_assert_int_eq(has_attribute(&message, omissions[i].type),
			i != (size_t)_i && (!is_fail_info || failure));
	}
}
END_TEST

/* The action that corrupts a signature inverts the last bit of the message. */
START_TEST(the_last_bit_is_the_signatures)
{
	BUFFER_CLEANUP struct buffer message = {0}, content = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct scep_reply_plan plan = plan_success();
	struct diag diag = {0};

	ASSERT_DONE(scep_reply_write(&message, &plan, &diag), &diag);
	message.data[message.size - 1] ^= 1;
	ck_assert(!judge_verify(&content, buffer_bytes(&message), &ra));
	ASSERT_DONE(scep_reply_read(&reply, buffer_bytes(&message), &diag), &diag);
	ck_assert_int_eq(signed_data_verify(&reply.message, ra.key, &diag), REFUSED);
	ck_assert_str_eq(reply.transaction_id, "TRANSACTION");
	ASSERT_DONE(scep_reply_open(&reply, &client.certificate, client.key, &diag), &diag);
}
END_TEST

START_TEST(nobody_opens_an_envelope_without_recipient)
{
	BUFFER_CLEANUP struct buffer message = {0}, content = {0}, plain = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct scep_reply_plan plan = plan_success();
	struct diag diag = {0};

	plan.envelope.no_recipient = true;
	ASSERT_DONE(scep_reply_write(&message, &plan, &diag), &diag);
	ck_assert(judge_verify(&content, buffer_bytes(&message), &ra));
	ck_assert(!judge_decrypt(&plain, buffer_bytes(&content), &client));
	if (scep_reply_read(&reply, buffer_bytes(&message), &diag) == DONE)
		ck_assert_int_eq(
			scep_reply_open(&reply, &client.certificate, client.key, &diag), REFUSED);
	ck_assert_str_eq(diag.object, "EnvelopedData");
}
END_TEST

/* X.690 8.1.3.6: another encoding of the same message. */
START_TEST(indefinite_lengths_are_read_by_both)
{
	BUFFER_CLEANUP struct buffer der = {0}, ber = {0}, content = {0}, plain = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct scep_reply_plan plan = plan_success();
	struct diag diag = {0};

	ASSERT_DONE(scep_reply_write(&der, &plan, &diag), &diag);
	ASSERT_DONE(cms_indefinite_write(&ber, buffer_bytes(&der), &diag), &diag);
	ck_assert_uint_eq(ber.data[1], 0x80);
	ck_assert(judge_verify(&content, buffer_bytes(&ber), &ra));
	ck_assert(judge_decrypt(&plain, buffer_bytes(&content), &client));
	ck_assert(bytes_equal(buffer_bytes(&plain), buffer_bytes(&answer)));
	ASSERT_DONE(scep_reply_read(&reply, buffer_bytes(&ber), &diag), &diag);
	ASSERT_DONE(signed_data_verify(&reply.message, ra.key, &diag), &diag);
	ASSERT_DONE(scep_reply_open(&reply, &client.certificate, client.key, &diag), &diag);
}
END_TEST

START_TEST(only_a_content_info_is_given_indefinite_lengths)
{
	BUFFER_CLEANUP struct buffer der = {0}, ber = {0};
	struct scep_reply_plan plan = plan_success();
	struct diag diag = {0};

	ASSERT_DONE(scep_reply_write(&der, &plan, &diag), &diag);
	ck_assert_int_eq(cms_indefinite_write(&ber, BYTES(der.data, der.size - 1), &diag), REFUSED);
	ck_assert_int_eq(
		cms_indefinite_write(&ber, buffer_bytes(&client.certificate.der), &diag), REFUSED);
	ck_assert_uint_eq(ber.size, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scep_reply_faults");
	TCase *faults = tcase_create("faults");

	tcase_add_unchecked_fixture(faults, set_up, tear_down);
	tcase_add_loop_test(faults, an_attribute_is_left_out_alone, 0, ROWS(omissions));
	tcase_add_test(faults, the_last_bit_is_the_signatures);
	tcase_add_test(faults, nobody_opens_an_envelope_without_recipient);
	tcase_add_test(faults, indefinite_lengths_are_read_by_both);
	tcase_add_test(faults, only_a_content_info_is_given_indefinite_lengths);
	suite_add_tcase(suite, faults);
	return run_suite(suite);
}
