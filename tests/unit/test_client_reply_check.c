/* Every way in which a CertRep may not be the answer to our request; replies are made by
 * scep_reply_write and differ from a good one in one point each. */
#include <stdio.h>
#include <string.h>

#include "client/reply_check.h"
#include "common/hresult.h"
#include "tests/run_suite.h"
#include "tests/unit/client_support.h"
#include "tests/unit/x509_support.h"

#define NONCE          BYTES("0123456789abcdef", 16)
#define TRANSACTION_ID "3F2A"

static struct deployment ndes;
static struct identity stranger;
static struct ca_certificates authority;
static struct report report;
static struct scep_reply reply;
static const struct certificate *signer;
static struct diag diag;

static void
set_up(void)
{
	reply = (struct scep_reply){0};
	deployment_init(&ndes);
	support_person(&stranger, &(struct person_plan){.subject = "CN=Stranger"});
	support_authority(&authority, &ndes);
	support_report(&report);
}

static void
tear_down(void)
{
	scep_reply_done(&reply);
	report_done(&report);
	ca_certificates_done(&authority);
	identity_done(&stranger);
	deployment_done(&ndes);
}

/* A reply that is right in all points, in the shape of NDES. */
static struct scep_reply_plan
good_plan(void)
{
	return (struct scep_reply_plan){
		.message_type = SCEP_CERT_REP,
		.status = SCEP_STATUS_PENDING,
		.transaction_id = TRANSACTION_ID,
		.recipient_nonce = NONCE,
		.sender_nonce = NONCE,
		.content = SCEP_CONTENT_ZERO_BYTE,
		.digest = algorithm_digest_named("SHA-1"),
		.digest_parameters_null = true,
		.signer = &ndes.signing.certificate,
		.signer_key = ndes.signing.key,
	};
}

/* Writes the reply, changes one byte of it unless `changed` is negative, reads and checks it. */
static int
check_changed(const struct scep_reply_plan *plan, long changed)
{
	const struct reply_expectation expected = {
		.authority = &authority,
		.transaction_id = TRANSACTION_ID,
		.sender_nonce = NONCE,
	};
	BUFFER_CLEANUP struct buffer der = {0};
	int outcome;

	ASSERT_DONE(scep_reply_write(&der, plan, &diag), &diag);
	if (changed >= 0)
		der.data[(size_t)changed] ^= 0x01;
	scep_reply_done(&reply);
	reply = (struct scep_reply){0};
	outcome = scep_reply_read(&reply, buffer_bytes(&der), &diag);
	return outcome == DONE ? reply_check(&signer, &reply, &expected, &report, &diag) : outcome;
}

static int
check(const struct scep_reply_plan *plan)
{
	return check_changed(plan, -1);
}

START_TEST(takes_a_good_reply)
{
	struct scep_reply_plan plan = good_plan();

	ASSERT_DONE(check(&plan), &diag);
	ck_assert_ptr_eq(signer, authority.signing);
	ck_assert_uint_eq(json_array_size(json_object_get(report.object, "warnings")), 0);
}
END_TEST

static void
other_transaction(struct scep_reply_plan *plan)
{
	plan->transaction_id = "3F2B";
}

static void
other_nonce(struct scep_reply_plan *plan)
{
	plan->recipient_nonce = BYTES("0123456789abcdeF", 16);
}

static void
short_nonce(struct scep_reply_plan *plan)
{
	plan->recipient_nonce = BYTES("0123456789abcde", 15);
}

static void
no_nonce(struct scep_reply_plan *plan)
{
	plan->recipient_nonce = BYTES_NONE;
}

static void
other_type(struct scep_reply_plan *plan)
{
	plan->message_type = SCEP_PKCS_REQ;
}

static void
unknown_status(struct scep_reply_plan *plan)
{
	plan->status = 1;
}

static void
signed_by_a_stranger(struct scep_reply_plan *plan)
{
	plan->signer = &stranger.certificate;
	plan->signer_key = stranger.key;
}

static void
signed_with_another_key(struct scep_reply_plan *plan)
{
	plan->signer_key = stranger.key;
}

static void
signed_with_md5(struct scep_reply_plan *plan)
{
	plan->digest = algorithm_digest_named("MD5");
}

static const struct {
	void (*change)(struct scep_reply_plan *plan);
	const char *clause; /* what the sentence names */
	const char *words;  /* what it says was found */
	const char *wanted;
} tampered[] = {
	{other_transaction, "transactionID", "3F2B", "3F2A"},
	{other_nonce, "recipientNonce", "30313233343536373839616263646546",
		"30313233343536373839616263646566"},
	{short_nonce, "recipientNonce", "303132333435363738396162636465",
		"30313233343536373839616263646566"},
	{no_nonce, "recipientNonce", "none", "30313233343536373839616263646566"},
	{other_type, "messageType", "PKCSReq (19)", "CertRep (3)"},
	{unknown_status, "pkiStatus", "1", "0, 2 or 3"},
	{signed_by_a_stranger, "", "not among them", "GetCACert"},
	{signed_with_another_key, "", "", ""},
	{signed_with_md5, "", "MD5", ""},
};

START_TEST(refuses_a_tampered_reply)
{
	struct scep_reply_plan plan = good_plan();
	char words[DIAG_TEXT_SIZE];

	tampered[_i].change(&plan);
	ck_assert_msg(check(&plan) == REFUSED, "row %d was taken", _i);
	diag_text(words, &diag);
	ck_assert_msg(strstr(diag.clause, tampered[_i].clause), "row %d: %s", _i, words);
	ck_assert_msg(
		strstr(diag.found, tampered[_i].words) && diag.found[0], "row %d: %s", _i, words);
	ck_assert_msg(strstr(diag.wanted, tampered[_i].wanted), "row %d: %s", _i, words);
}
END_TEST

/* Whatever byte is changed on the way, nothing is believed that the signer did not say. */
START_TEST(refuses_a_reply_with_any_byte_changed)
{
	struct scep_reply_plan plan = good_plan();
	BUFFER_CLEANUP struct buffer der = {0};
	size_t taken = 0;

	ASSERT_DONE(scep_reply_write(&der, &plan, &diag), &diag);
	for (size_t i = 0; i < der.size; i++) {
		if (check_changed(&plan, (long)i) != DONE)
			continue;
		taken++;
		ck_assert_msg(reply.status == SCEP_STATUS_PENDING && !reply.has_fail_info &&
				signer == authority.signing,
			"byte %zu changed what the reply says", i);
	}
	/* Outside the signature lie versions and the list of digests, which says nothing. */
	ck_assert_uint_lt(taken, 40);
}
END_TEST

START_TEST(takes_the_ca_for_a_signer)
{
	struct scep_reply_plan plan = good_plan();

	plan.signer = &ndes.ca.certificate;
	plan.signer_key = ndes.ca.key;
	ASSERT_DONE(check(&plan), &diag);
	ck_assert_ptr_eq(signer, authority.issuing_ca);
	ck_assert_str_eq(ca_certificates_role(&authority, signer), "issuing CA");
	ck_assert(support_warned(&report, "with the issuing CA certificate"));
}
END_TEST

START_TEST(warns_of_the_wrong_ra)
{
	struct scep_reply_plan plan = good_plan();

	plan.signer = &ndes.encryption.certificate;
	plan.signer_key = ndes.encryption.key;
	ASSERT_DONE(check(&plan), &diag);
	ck_assert(support_warned(&report, "RA encryption certificate, whose keyUsage"));
}
END_TEST

START_TEST(tells_why_it_failed)
{
	struct scep_reply_plan plan = good_plan();
	BUFFER_CLEANUP struct buffer text = {0};
	const char *name, *hresult, *error_name;

	plan.status = SCEP_STATUS_FAILURE;
	plan.fail_info = SCEP_FAIL_BAD_REQUEST;
	plan.has_error = true;
	plan.error = HRESULT_CERT_E_WRONG_USAGE;
	ASSERT_DONE(check(&plan), &diag);
	reply_describe(&text, &reply);
	ck_assert_str_eq(buffer_text(&text),
		"FAILURE (2), badRequest (2), 0x800B0110 CERT_E_WRONG_USAGE: The challenge "
		"password "
		"has been used already, or the policy module refused it.");
	reply_report(&report, &reply);
	ck_assert_int_eq(json_unpack(report.object, "{s:{s:s}, s:{s:s, s:s}}", "fail_info", "name",
				 &name, "error", "hresult", &hresult, "name", &error_name),
		0);
	ck_assert_str_eq(name, "badRequest");
	ck_assert_str_eq(hresult, "0x800B0110");
	ck_assert_str_eq(error_name, "CERT_E_WRONG_USAGE");
}
END_TEST

START_TEST(tells_of_codes_nobody_knows)
{
	struct scep_reply_plan plan = good_plan();
	BUFFER_CLEANUP struct buffer text = {0};

	plan.status = SCEP_STATUS_FAILURE;
	plan.fail_info = 7;
	plan.has_error = true;
	plan.error = 0x12345678;
	ASSERT_DONE(check(&plan), &diag);
	ck_assert(support_warned(&report, "failInfo 7"));
	reply_describe(&text, &reply);
	ck_assert_str_eq(buffer_text(&text), "FAILURE (2), unknown (7), 0x12345678");
	reply_report(&report, &reply);
	ck_assert(json_is_null(json_object_get(json_object_get(report.object, "error"), "name")));
}
END_TEST

static const struct {
	unsigned status;
	const char *content_type;
	const char *body;
	const char *found; /* NULL: taken */
} answers[] = {
	{200, "application/x-pki-message", "x", NULL},
	{200, "application/X-PKI-message; x=y", "x", NULL},
	{500, "application/x-pki-message", "x", "HTTP 500"},
	{403, "text/html", "x", "HTTP 403"},
	{200, "text/html", "x", "text/html"},
	{200, "", "x", "\"\""},
	{200, "application/x-pki-message", "", "empty"},
	{200, "", "", "empty"},
};

START_TEST(looks_at_the_head_first)
{
	HTTP_REPLY_CLEANUP struct http_reply answer = {.status = answers[_i].status};
	int result;

	snprintf(answer.content_type, sizeof(answer.content_type), "%s", answers[_i].content_type);
	buffer_append_text(&answer.body, answers[_i].body);
	result = reply_check_http(&answer, &diag);
	ck_assert_msg(result == (answers[_i].found ? REFUSED : DONE), "row %d", _i);
	if (answers[_i].found)
		ck_assert_msg(strstr(diag.found, answers[_i].found), "%s", diag.found);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client reply_check");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, takes_a_good_reply);
	tcase_add_loop_test(all, refuses_a_tampered_reply, 0, ROWS(tampered));
	tcase_add_test(all, refuses_a_reply_with_any_byte_changed);
	tcase_add_test(all, takes_the_ca_for_a_signer);
	tcase_add_test(all, warns_of_the_wrong_ra);
	tcase_add_test(all, tells_why_it_failed);
	tcase_add_test(all, tells_of_codes_nobody_knows);
	tcase_add_loop_test(all, looks_at_the_head_first, 0, ROWS(answers));
	return run_suite(suite);
}
