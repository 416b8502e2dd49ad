/* Every verdict on a challenge: what it takes, what NDES answers, and which words say why. */
#include <string.h>

#include "challenge_support.h"
#include "common/hresult.h"
#include "common/memory.h"
#include "server/challenge.h"
#include "server/challenge_mint.h"
#include "server/store.h"
#include "tests/run_suite.h"

#define HOUR 3600

static struct challenge_support support;

static void
setup(void)
{
	challenge_support_init(&support);
}

static void
teardown(void)
{
	challenge_support_done(&support);
}

/* --- one row a case: what the client does before, what it sends, what comes of it ------------- */

/* Each makes the next exchange ready to be judged. */

static void
send_challenge(const char *challenge)
{
	struct challenge_support_request request = {.challenge = challenge};

	challenge_support_next(&support, &request);
}

static void
send_nothing(void)
{
	send_challenge(NULL);
}

static void
send_empty(void)
{
	send_challenge("");
}

static void
send_nothing_unenforced(void)
{
	support.settings->enforce_password = false;
	send_challenge(NULL);
}

static void
send_nonsense_unenforced(void)
{
	support.settings->enforce_password = false;
	send_challenge("nonsense");
}

static void
renew_with_nothing(void)
{
	send_challenge(NULL);
	support.exchange->message.renewal = true;
}

static void
send_password(void)
{
	TEXT_CLEANUP char *password = challenge_support_password(&support);

	send_challenge(password);
}

static void
send_used(void)
{
	TEXT_CLEANUP char *password = challenge_support_password(&support);

	ck_assert_int_eq(challenge_support_judge(&support, password), VERDICT_ONE_TIME);
	send_challenge(password);
}

static void
renew_with_used(void)
{
	send_used();
	support.exchange->message.renewal = true;
}

static void
send_expired(void)
{
	TEXT_CLEANUP char *password = challenge_support_password(&support);

	send_challenge(password);
	support.exchange->arrived_ms += 60 * 60000;
}

static void
send_unknown(void)
{
	send_challenge("8CE317021F690069");
}

static void
send_too_long(void)
{
	send_challenge("8CE317021F6900690");
}

static void
send_too_short(void)
{
	send_challenge("8CE317021F69006");
}

static void
send_letters(void)
{
	send_challenge("ggg");
}

static void
send_revoked(void)
{
	TEXT_CLEANUP char *password = challenge_support_password(&support);
	struct diag diag = {0};

	ASSERT_DONE(challenge_mint_revoke(
			    &support.base.site, password, support.exchange->arrived_ms, &diag),
		&diag);
	send_challenge(password);
}

static void
send_letters_without_module(void)
{
	support.settings->policy_module = POLICY_MODULE_NONE;
	send_challenge("ggg");
}

static void
send_fixed(void)
{
	support.settings->challenge = text_copy("S3cret");
	send_challenge("S3cret");
}

static void
send_fixed_without_module(void)
{
	support.settings->policy_module = POLICY_MODULE_NONE;
	send_fixed();
}

static void
send_almost_fixed(void)
{
	support.settings->challenge = text_copy("S3cret");
	send_challenge("S3creT");
}

static void
send_password_beside_fixed(void)
{
	support.settings->challenge = text_copy("S3cret");
	send_password();
}

static void
send_password_of_other_site(void)
{
	static char other[] = "other";
	TEXT_CLEANUP char *password = NULL;
	char *name = support.base.site.store_name;

	support.base.site.store_name = other;
	password = challenge_support_password(&support);
	support.base.site.store_name = name;
	send_challenge(password);
}

static void
send_wrong_single(void)
{
	TEXT_CLEANUP char *password = NULL;

	support.settings->use_single_password = true;
	password = challenge_support_password(&support);
	password[0] = password[0] == 'A' ? 'B' : 'A';
	send_challenge(password);
}

/* --- Intune challenges */

static char subject[] = "CN=device-1,O=Example",
	    alternative_name[] = "DNS:one.example,UPN:user@example.org";

static struct challenge_claims
bound_claims(void)
{
	static char identifier[] = "0f8fad5b-d9cb-469f-a165-70867728950e";

	return (struct challenge_claims){.identifier = identifier,
		.subject = subject,
		.alternative_name = alternative_name,
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT,
		.expires_at = CHALLENGE_SUPPORT_NOW + HOUR};
}

/* The request that fits the claims above, but for what `change` says. */
static void
send_token(const struct challenge_claims *claims, struct challenge_support_request change)
{
	TEXT_CLEANUP char *token = challenge_support_token(&support.base.server.pki, claims);

	if (!change.subject)
		change.subject = subject;
	if (!change.alternative_name)
		change.alternative_name = alternative_name;
	if (!change.key_usage)
		change.key_usage = KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT;
	change.challenge = token;
	challenge_support_next(&support, &change);
}

static void
send_bound_token(void)
{
	struct challenge_claims claims = bound_claims();

	send_token(&claims, (struct challenge_support_request){0});
}

static void
send_token_with_names_in_other_order(void)
{
	struct challenge_claims claims = bound_claims();

	send_token(&claims,
		(struct challenge_support_request){
			.alternative_name = "UPN:user@example.org,DNS:ONE.example"});
}

static void
send_unbound_token(void)
{
	struct challenge_claims claims = bound_claims();

	claims.subject = claims.alternative_name = NULL;
	claims.key_usage = 0;
	send_token(&claims, (struct challenge_support_request){.subject = "CN=anybody"});
}

static void
send_token_without_module(void)
{
	support.settings->policy_module = POLICY_MODULE_NONE;
	send_bound_token();
}

static void
send_token_for_other_subject(void)
{
	struct challenge_claims claims = bound_claims();

	send_token(&claims, (struct challenge_support_request){.subject = "CN=device-2,O=Example"});
}

static void
send_token_for_fewer_names(void)
{
	struct challenge_claims claims = bound_claims();

	send_token(&claims,
		(struct challenge_support_request){.alternative_name =
							   "DNS:one.example,"
							   "UPN:user@example.org,DNS:two.example"});
}

static void
send_token_for_more_names(void)
{
	struct challenge_claims claims = bound_claims();

	send_token(
		&claims, (struct challenge_support_request){.alternative_name = "DNS:one.example"});
}

static void
send_token_for_other_kind_of_name(void)
{
	struct challenge_claims claims = bound_claims();

	send_token(&claims,
		(struct challenge_support_request){
			.alternative_name = "email:one.example,UPN:user@example.org"});
}

static void
send_token_and_no_name(void)
{
	struct challenge_claims claims = bound_claims();
	struct challenge_support_request request = {.subject = subject,
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT};
	TEXT_CLEANUP char *token = challenge_support_token(&support.base.server.pki, &claims);

	request.challenge = token;
	challenge_support_next(&support, &request);
}

static void
send_token_for_other_key_usage(void)
{
	struct challenge_claims claims = bound_claims();

	send_token(&claims,
		(struct challenge_support_request){.key_usage = KEY_USAGE_DIGITAL_SIGNATURE});
}

static void
send_expired_token(void)
{
	struct challenge_claims claims = bound_claims();

	claims.expires_at = CHALLENGE_SUPPORT_NOW;
	send_token(&claims, (struct challenge_support_request){0});
}

/* Wherever it was made. */
static void
send_revoked_token(void)
{
	struct challenge_claims claims = bound_claims();
	TEXT_CLEANUP char *token = challenge_support_token(&support.base.server.pki, &claims);
	struct diag diag = {0};

	ASSERT_DONE(challenge_mint_revoke(
			    &support.base.site, token, support.exchange->arrived_ms, &diag),
		&diag);
	send_token(&claims, (struct challenge_support_request){0});
}

static void
send_used_token(void)
{
	struct challenge_claims claims = bound_claims();

	send_token(&claims, (struct challenge_support_request){0});
	ck_assert_int_eq(challenge_judge(support.exchange), DONE);
	ck_assert_int_eq(support.exchange->verdict.challenge, VERDICT_INTUNE);
	send_token(&claims, (struct challenge_support_request){0});
}

static void
send_cut_token(void)
{
	struct challenge_claims claims = bound_claims();
	TEXT_CLEANUP char *token = challenge_support_token(&support.base.server.pki, &claims);

	token[strlen(token) - 400] = '\0';
	send_challenge(token);
}

/* A CMS message to the module that the Intune service did not sign. */
static void
send_token_of_other_service(void)
{
	struct challenge_claims claims = bound_claims();
	struct pki *pki = &support.base.server.pki;
	TEXT_CLEANUP char *token = NULL;
	EVP_PKEY *service = pki->keys[PKI_CHALLENGE_SIGNING]; /* none: it is built in */

	pki->keys[PKI_CHALLENGE_SIGNING] = pki_key(pki, PKI_ISSUING);
	token = challenge_support_token(pki, &claims);
	pki->keys[PKI_CHALLENGE_SIGNING] = service;
	send_challenge(token);
}

static const struct {
	const char *what;
	void (*prepare)(void);
	enum challenge_verdict verdict;
	const char *name;   /* the journal's */
	const char *reason; /* NULL: accepted */
	int32_t error;
	enum scep_fail_info fail_info;
	const char *words; /* of the diag */
} cases[] = {
	{"nothing", send_nothing, VERDICT_ABSENT, "absent", "challenge-absent",
		HRESULT_TRUST_E_CERT_SIGNATURE, SCEP_FAIL_BAD_MESSAGE_CHECK, "none"},
	{"an empty one", send_empty, VERDICT_ABSENT, "absent", "challenge-absent",
		HRESULT_TRUST_E_CERT_SIGNATURE, SCEP_FAIL_BAD_MESSAGE_CHECK, "an empty one"},
	{"nothing, EnforcePassword 0", send_nothing_unenforced, VERDICT_NOT_NEEDED, "not-needed",
		NULL, 0, 0, ""},
	{"nonsense, EnforcePassword 0", send_nonsense_unenforced, VERDICT_NOT_NEEDED, "not-needed",
		NULL, 0, 0, ""},
	{"a renewal without", renew_with_nothing, VERDICT_NOT_NEEDED, "not-needed", NULL, 0, 0, ""},
	{"a renewal with a spent one", renew_with_used, VERDICT_NOT_NEEDED, "not-needed", NULL, 0,
		0, ""},
	{"a password", send_password, VERDICT_ONE_TIME, "one-time", NULL, 0, 0, ""},
	{"a used one", send_used, VERDICT_USED, "used", "challenge-used",
		HRESULT_CERT_E_WRONG_USAGE, SCEP_FAIL_BAD_MESSAGE_CHECK,
		"... (16 characters) was used at exchange 18, 2026-01-31T23:59:58.747Z"},
	{"an expired one", send_expired, VERDICT_EXPIRED, "expired", "challenge-expired",
		HRESULT_ERROR_NOT_FOUND, SCEP_FAIL_BAD_MESSAGE_CHECK,
		"... (16 characters) expired at 2026-02-01T00:59:58.747Z"},
	{"a revoked one", send_revoked, VERDICT_REVOKED, "revoked", "challenge-revoked",
		HRESULT_ERROR_NOT_FOUND, SCEP_FAIL_BAD_MESSAGE_CHECK,
		"... (16 characters) was revoked at 2026-01-31T23:59:58.747Z"},
	{"one never given out", send_unknown, VERDICT_UNKNOWN, "unknown", "challenge-unknown",
		HRESULT_ERROR_NOT_FOUND, SCEP_FAIL_BAD_MESSAGE_CHECK,
		"8CE3... (16 characters) was never given out"},
	{"one of another site", send_password_of_other_site, VERDICT_UNKNOWN, "unknown",
		"challenge-unknown", HRESULT_ERROR_NOT_FOUND, SCEP_FAIL_BAD_MESSAGE_CHECK,
		"was never given out"},
	{"one digit too many", send_too_long, VERDICT_MALFORMED, "malformed", "challenge-malformed",
		HRESULT_E_INVALIDARG, SCEP_FAIL_BAD_REQUEST,
		"8CE3... (17 characters) is not 16 hexadecimal digits"},
	{"one digit too few", send_too_short, VERDICT_MALFORMED, "malformed", "challenge-malformed",
		HRESULT_E_INVALIDARG, SCEP_FAIL_BAD_REQUEST,
		"8CE3... (15 characters) is not 16 hexadecimal digits"},
	{"letters", send_letters, VERDICT_MALFORMED, "malformed", "challenge-malformed",
		HRESULT_E_INVALIDARG, SCEP_FAIL_BAD_REQUEST,
		"g... (3 characters) is not 16 hexadecimal digits, nor a challenge in Intune's "
		"form"},
	{"letters, no module", send_letters_without_module, VERDICT_MALFORMED, "malformed",
		"challenge-malformed", HRESULT_E_INVALIDARG, SCEP_FAIL_BAD_REQUEST,
		"g... (3 characters) is not 16 hexadecimal digits"},
	{"the fixed one", send_fixed, VERDICT_FIXED, "fixed", NULL, 0, 0, ""},
	{"the fixed one, no module", send_fixed_without_module, VERDICT_FIXED, "fixed", NULL, 0, 0,
		""},
	{"almost the fixed one", send_almost_fixed, VERDICT_MALFORMED, "malformed",
		"challenge-malformed", HRESULT_E_INVALIDARG, SCEP_FAIL_BAD_REQUEST,
		"S3c... (6 characters)"},
	{"a password beside a fixed one", send_password_beside_fixed, VERDICT_ONE_TIME, "one-time",
		NULL, 0, 0, ""},
	{"not the single one", send_wrong_single, VERDICT_UNKNOWN, "unknown", "challenge-unknown",
		HRESULT_ERROR_NOT_FOUND, SCEP_FAIL_BAD_MESSAGE_CHECK, "was never given out"},
	{"a token", send_bound_token, VERDICT_INTUNE, "intune", NULL, 0, 0, ""},
	{"a token, names in another order", send_token_with_names_in_other_order, VERDICT_INTUNE,
		"intune", NULL, 0, 0, ""},
	{"an unbound token", send_unbound_token, VERDICT_INTUNE, "intune", NULL, 0, 0, ""},
	{"a token, no module", send_token_without_module, VERDICT_MALFORMED, "malformed",
		"challenge-malformed", HRESULT_E_INVALIDARG, SCEP_FAIL_BAD_REQUEST,
		"is not 16 hexadecimal digits"},
	{"a token for another subject", send_token_for_other_subject, VERDICT_OTHER_SUBJECT,
		"other-subject", "challenge-other-subject", HRESULT_ERROR_ACCESS_DENIED,
		SCEP_FAIL_BAD_MESSAGE_CHECK, "CN=device-2, O=Example"},
	{"a token for fewer names", send_token_for_fewer_names, VERDICT_OTHER_ALTERNATIVE_NAME,
		"other-alternative-name", "challenge-other-alternative-name",
		HRESULT_ERROR_ACCESS_DENIED, SCEP_FAIL_BAD_MESSAGE_CHECK, "DNS:two.example"},
	{"a token for more names", send_token_for_more_names, VERDICT_OTHER_ALTERNATIVE_NAME,
		"other-alternative-name", "challenge-other-alternative-name",
		HRESULT_ERROR_ACCESS_DENIED, SCEP_FAIL_BAD_MESSAGE_CHECK, "DNS:one.example"},
	{"a token for another kind of name", send_token_for_other_kind_of_name,
		VERDICT_OTHER_ALTERNATIVE_NAME, "other-alternative-name",
		"challenge-other-alternative-name", HRESULT_ERROR_ACCESS_DENIED,
		SCEP_FAIL_BAD_MESSAGE_CHECK, "email:one.example"},
	{"a token, but no names", send_token_and_no_name, VERDICT_OTHER_ALTERNATIVE_NAME,
		"other-alternative-name", "challenge-other-alternative-name",
		HRESULT_ERROR_ACCESS_DENIED, SCEP_FAIL_BAD_MESSAGE_CHECK, "none"},
	{"a token for another key usage", send_token_for_other_key_usage, VERDICT_OTHER_KEY_USAGE,
		"other-key-usage", "challenge-other-key-usage", HRESULT_ERROR_ACCESS_DENIED,
		SCEP_FAIL_BAD_MESSAGE_CHECK, "digitalSignature"},
	{"an expired token", send_expired_token, VERDICT_EXPIRED, "expired", "challenge-expired",
		HRESULT_ERROR_NOT_FOUND, SCEP_FAIL_BAD_MESSAGE_CHECK,
		"one that expired at 2026-01-31T23:59:58.000Z; it is 2026-01-31T23:59:58.747Z"},
	{"a used token", send_used_token, VERDICT_USED, "used", "challenge-used",
		HRESULT_CERT_E_WRONG_USAGE, SCEP_FAIL_BAD_MESSAGE_CHECK,
		"was used at exchange 18, 2026-01-31T23:59:58.747Z"},
	{"a revoked token", send_revoked_token, VERDICT_REVOKED, "revoked", "challenge-revoked",
		HRESULT_ERROR_NOT_FOUND, SCEP_FAIL_BAD_MESSAGE_CHECK,
		"was revoked at 2026-01-31T23:59:58.747Z"},
	{"a cut token", send_cut_token, VERDICT_MALFORMED, "malformed", "challenge-malformed",
		HRESULT_E_INVALIDARG, SCEP_FAIL_BAD_REQUEST, "nor a challenge in Intune's form"},
	{"a token of another service", send_token_of_other_service, VERDICT_BAD_TOKEN, "bad-token",
		"challenge-bad-token", HRESULT_ERROR_ACCESS_DENIED, SCEP_FAIL_BAD_MESSAGE_CHECK,
		"it does not fit"},
};

static void
assert_disposition(size_t row)
{
	const struct disposition *disposition = &support.exchange->disposition;

	if (!cases[row].reason) {
		ck_assert_msg(disposition->status == SCEP_STATUS_SUCCESS, "%s", cases[row].what);
		ck_assert_msg(!disposition->reason, "%s", cases[row].what);
		return;
	}
	ck_assert_msg(disposition->status == SCEP_STATUS_FAILURE, "%s", cases[row].what);
	ck_assert_str_eq(disposition->reason, cases[row].reason);
	ck_assert_int_eq(disposition->error, cases[row].error);
	ck_assert_int_eq(disposition->fail_info, cases[row].fail_info);
	ck_assert_uint_eq(disposition->event, 29);
}

START_TEST(judges)
{
	struct exchange *exchange = support.exchange;

	cases[_i].prepare();
	ASSERT_DONE(challenge_judge(exchange), &exchange->diag);
	ck_assert_msg(exchange->verdict.challenge == cases[_i].verdict, "%s: %s (%s)",
		cases[_i].what, challenge_verdict_name(exchange->verdict.challenge),
		exchange->diag.found);
	ck_assert_str_eq(challenge_verdict_name(cases[_i].verdict), cases[_i].name);
	assert_disposition((size_t)_i);
	if (cases[_i].words[0])
		ck_assert_msg(strstr(exchange->diag.found, cases[_i].words) != NULL, "%s: %s",
			cases[_i].what, exchange->diag.found);
	else
		ck_assert_msg(
			!exchange->diag.found[0], "%s: %s", cases[_i].what, exchange->diag.found);
	ck_assert_uint_eq(
		exchange->verdict.used_by, exchange->verdict.challenge == VERDICT_USED ? 18 : 0);
}
END_TEST

/* Every verdict but "none was looked at" has its case above. */
START_TEST(leaves_no_verdict_out)
{
	for (int verdict = VERDICT_NONE + 1; verdict < VERDICT_COUNT; verdict++) {
		bool there = false;

		for (size_t i = 0; i < ROWS(cases); i++)
			there = there || (int)cases[i].verdict == verdict;
		ck_assert_msg(there, "%s", challenge_verdict_name(verdict));
	}
}
END_TEST

START_TEST(answers_with_the_fail_info_that_is_set)
{
	support.settings->fail_info_challenge_unknown = SCEP_FAIL_BAD_REQUEST;
	ck_assert_int_eq(challenge_support_judge(&support, "8CE317021F690069"), VERDICT_UNKNOWN);
	ck_assert_int_eq(support.exchange->disposition.fail_info, SCEP_FAIL_BAD_REQUEST);
	support.settings->fail_info_challenge_absent = SCEP_FAIL_BAD_CERT_ID;
	ck_assert_int_eq(challenge_support_judge(&support, NULL), VERDICT_ABSENT);
	ck_assert_int_eq(support.exchange->disposition.fail_info, SCEP_FAIL_BAD_CERT_ID);
}
END_TEST

/* --- taking and giving back ------------------------------------------------------------------ */

/* A request that does not fit leaves the token for the one that does. */
START_TEST(takes_no_token_that_does_not_fit)
{
	send_token_for_other_subject();
	ck_assert_int_eq(challenge_judge(support.exchange), DONE);
	ck_assert_uint_eq(support.exchange->verdict.token_identifier.size, 0);
	send_bound_token();
	ck_assert_int_eq(challenge_judge(support.exchange), DONE);
	ck_assert_int_eq(support.exchange->verdict.challenge, VERDICT_INTUNE);
}
END_TEST

START_TEST(gives_back_a_password)
{
	TEXT_CLEANUP char *password = challenge_support_password(&support);

	ck_assert_int_eq(challenge_support_judge(&support, password), VERDICT_ONE_TIME);
	ck_assert_int_eq(challenge_release(support.exchange), DONE);
	ck_assert_int_eq(challenge_support_judge(&support, password), VERDICT_ONE_TIME);
	ck_assert_int_eq(challenge_support_judge(&support, password), VERDICT_USED);
	/* Who was refused has nothing to give back. */
	ck_assert_int_eq(challenge_release(support.exchange), DONE);
	ck_assert_int_eq(challenge_support_judge(&support, password), VERDICT_USED);
}
END_TEST

START_TEST(gives_back_a_token)
{
	send_bound_token();
	ck_assert_int_eq(challenge_judge(support.exchange), DONE);
	ck_assert_int_eq(challenge_release(support.exchange), DONE);
	send_used_token();
	ck_assert_int_eq(challenge_judge(support.exchange), DONE);
	ck_assert_int_eq(support.exchange->verdict.challenge, VERDICT_USED);
	ck_assert_int_eq(challenge_release(support.exchange), DONE);
	send_bound_token();
	ck_assert_int_eq(challenge_judge(support.exchange), DONE);
	ck_assert_int_eq(support.exchange->verdict.challenge, VERDICT_USED);
}
END_TEST

/* --- pending --------------------------------------------------------------------------------- */

static void
leave_pending(void)
{
	struct transaction_record record = {.status = SCEP_STATUS_PENDING, .request_id = 1};
	struct scep_request *scep = support.exchange->message.scep;

	buffer_append(&record.csr, buffer_bytes(&scep->csr.der));
	ck_assert_int_eq(store_transaction_put(support.base.server.store, "default",
				 scep->transaction_id, &record, EXCHANGE_SUPPORT_NOW_MS, NULL),
		DONE);
	transaction_record_done(&record);
}

static enum challenge_verdict
send_again(const char *challenge, const char *transaction_id, const char *name)
{
	struct challenge_support_request request = {
		.challenge = challenge, .transaction_id = transaction_id, .subject = name};

	challenge_support_next(&support, &request);
	ASSERT_DONE(challenge_judge(support.exchange), &support.exchange->diag);
	return support.exchange->verdict.challenge;
}

/* The same request again needs no new challenge while it is pending; any other does. */
START_TEST(lets_a_pending_request_come_again)
{
	TEXT_CLEANUP char *password = challenge_support_password(&support);

	ck_assert_int_eq(challenge_support_judge(&support, password), VERDICT_ONE_TIME);
	leave_pending();
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(send_again(password, NULL, NULL), VERDICT_NOT_NEEDED);
	ck_assert_int_eq(send_again(password, NULL, "CN=device-2"), VERDICT_USED);
	ck_assert_int_eq(send_again(password, "transaction-2", NULL), VERDICT_USED);
	ck_assert_int_eq(send_again("8CE317021F690069", NULL, NULL), VERDICT_UNKNOWN);
	ck_assert_int_eq(send_again(NULL, NULL, NULL), VERDICT_ABSENT);
	support.exchange->arrived_ms += INT64_C(86400000);
	ck_assert_int_eq(send_again(password, NULL, NULL), VERDICT_NOT_NEEDED);
}
END_TEST

START_TEST(wants_a_new_challenge_once_it_has_ended)
{
	TEXT_CLEANUP char *password = challenge_support_password(&support);
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	struct transaction_record record = {.request_id = 1};

	ck_assert_int_eq(challenge_support_judge(&support, password), VERDICT_ONE_TIME);
	leave_pending();
	support_certificate(&certificate, 1, BYTES("\x61\x01", 2));
	ck_assert_int_eq(store_issue(support.base.server.store, "default", &certificate,
				 "transaction-1", &record, EXCHANGE_SUPPORT_NOW_MS, NULL),
		DONE);
	ck_assert_int_eq(send_again(password, NULL, NULL), VERDICT_USED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("challenge");
	TCase *tests = tcase_create("verdicts");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, judges, 0, ROWS(cases));
	tcase_add_test(tests, leaves_no_verdict_out);
	tcase_add_test(tests, answers_with_the_fail_info_that_is_set);
	tcase_add_test(tests, takes_no_token_that_does_not_fit);
	tcase_add_test(tests, gives_back_a_password);
	tcase_add_test(tests, gives_back_a_token);
	tcase_add_test(tests, lets_a_pending_request_come_again);
	tcase_add_test(tests, wants_a_new_challenge_once_it_has_ended);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
