#include "server/challenge.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/hresult.h"
#include "server/balancer.h"
#include "server/challenge_binding.h"
#include "server/challenge_intune.h"
#include "server/server.h"
#include "server/store.h"

#define OBJECT "challengePassword"

/* A challenge as words may show it: its first characters, unless --redact hides them, and its length. */
#define SHORT_SIZE 48

/* --- verdicts ---------------------------------------------------------------------- */

/* A verdict without a reason is none to refuse for. */
struct verdict_row {
	const char *name;   /* in the journal */
	const char *reason; /* the disposition's */
	int32_t error;      /* seen of NDES for absent to used (ndes-behaviour 2.6) */
	size_t fail_info;   /* the setting */
	enum ndes_event event;
};

#define ACCEPTS(word)                                                                              \
	{                                                                                          \
		.name = (word)                                                                     \
	}
#define REFUSES(word, hresult, cause)                                                              \
	{                                                                                          \
		.name = (word), .reason = "challenge-" word, .error = HRESULT_##hresult,           \
		.fail_info = offsetof(struct settings, fail_info_challenge_##cause),               \
		.event = NDES_EVENT_PASSWORD_NOT_VERIFIED                                          \
	}

/*
 * NDES forgets a password that expires, so that an expired one is unknown to it, and a revoked one is
 * as if it had been forgotten. Of the policy module
 * it learns only yes or no, and the number it makes of a no is not known: ours is one that no other
 * cause has, so that a client's log tells them apart. Event 29 covers whatever cannot be verified.
 */
static const struct verdict_row rows[VERDICT_COUNT] = {
	[VERDICT_NONE] = ACCEPTS("none"),
	[VERDICT_NOT_NEEDED] = ACCEPTS("not-needed"),
	[VERDICT_FIXED] = ACCEPTS("fixed"),
	[VERDICT_ONE_TIME] = ACCEPTS("one-time"),
	[VERDICT_INTUNE] = ACCEPTS("intune"),
	[VERDICT_ABSENT] = REFUSES("absent", TRUST_E_CERT_SIGNATURE, absent),
	[VERDICT_MALFORMED] = REFUSES("malformed", E_INVALIDARG, malformed),
	[VERDICT_UNKNOWN] = REFUSES("unknown", ERROR_NOT_FOUND, unknown),
	[VERDICT_USED] = REFUSES("used", CERT_E_WRONG_USAGE, used),
	[VERDICT_EXPIRED] = REFUSES("expired", ERROR_NOT_FOUND, unknown),
	[VERDICT_REVOKED] = REFUSES("revoked", ERROR_NOT_FOUND, unknown),
	[VERDICT_OTHER_SUBJECT] = REFUSES("other-subject", ERROR_ACCESS_DENIED, refused),
	[VERDICT_OTHER_ALTERNATIVE_NAME] =
		REFUSES("other-alternative-name", ERROR_ACCESS_DENIED, refused),
	[VERDICT_OTHER_KEY_USAGE] = REFUSES("other-key-usage", ERROR_ACCESS_DENIED, refused),
	[VERDICT_BAD_TOKEN] = REFUSES("bad-token", ERROR_ACCESS_DENIED, refused),
};

const char *
challenge_verdict_name(enum challenge_verdict verdict)
{
	return rows[verdict].name;
}

static void
conclude(struct exchange *exchange, enum challenge_verdict verdict)
{
	const struct verdict_row *row = &rows[verdict];
	const char *settings = (const char *)exchange->settings;
	int64_t fail_info;

	exchange->verdict.challenge = verdict;
	if (!row->reason)
		return;
	memcpy(&fail_info, settings + row->fail_info, sizeof(fail_info));
	exchange_refuse(
		exchange, (enum scep_fail_info)fail_info, row->error, row->event, row->reason);
}

/* --- words ---------------------------------------------------------------------------- */

static const char *
shorten(char text[SHORT_SIZE], const struct exchange *exchange)
{
	struct bytes challenge = buffer_bytes(&exchange->message.scep->csr.challenge);
	size_t shown = challenge.size / 2 < 4 ? challenge.size / 2 : 4;

	if (exchange->server->redact)
		shown = 0;
	for (size_t i = 0; i < shown; i++)
		text[i] = isascii(challenge.data[i]) && isprint(challenge.data[i])
			? (char)challenge.data[i]
			: '?';
	snprintf(text + shown, SHORT_SIZE - shown, "... (%zu characters)", challenge.size);
	return text;
}

/* Says of a challenge that was refused what is remembered of it. */
static void
explain_record(struct exchange *exchange, const struct challenge_record *record)
{
	char text[SHORT_SIZE], when[CLOCK_TEXT_SIZE];

	shorten(text, exchange);
	if (record->state == CHALLENGE_USED)
		diag_refuse(&exchange->diag, OBJECT, NULL, "one that was not used yet",
			"%s was used at exchange %llu, %s", text,
			(unsigned long long)record->used_by, clock_text(when, record->used_at));
	else if (record->state == CHALLENGE_REVOKED)
		diag_refuse(&exchange->diag, OBJECT, NULL, "one that was not revoked",
			"%s was revoked at %s", text, clock_text(when, record->used_at));
	else
		diag_refuse(&exchange->diag, OBJECT, "PasswordValidity", "one that is still valid",
			"%s expired at %s", text, clock_text(when, record->expires_at));
}

/* --- judges: each gives a verdict, VERDICT_NONE where the next is to look, or BROKEN --------- */

static int
judge_need(struct exchange *exchange)
{
	if (!exchange->settings->enforce_password)
		return VERDICT_NOT_NEEDED;
	/* A valid renewal wins, whatever long-spent password comes along (ndes-behaviour 2.8). */
	return exchange->message.renewal ? VERDICT_NOT_NEEDED : VERDICT_NONE;
}

static int
judge_presence(struct exchange *exchange)
{
	const struct csr *csr = &exchange->message.scep->csr;

	if (csr->challenge.size > 0)
		return VERDICT_NONE;
	diag_refuse(&exchange->diag, OBJECT, "EnforcePassword", "a password of the admin page",
		"%s", csr->has_challenge ? "an empty one" : "none");
	return VERDICT_ABSENT;
}

static int
judge_fixed(struct exchange *exchange)
{
	struct bytes challenge = buffer_bytes(&exchange->message.scep->csr.challenge);
	struct bytes fixed = bytes_text(exchange->settings->challenge);

	return fixed.size && bytes_equal_secret(challenge, fixed) ? VERDICT_FIXED : VERDICT_NONE;
}

/*
 * A pending request that comes again byte for byte was judged when it came first, and its challenge
 * is used (ndes-behaviour 2.7).
 */
static int
judge_repeat(struct exchange *exchange)
{
	const struct scep_request *scep = exchange->message.scep;
	TRANSACTION_RECORD_CLEANUP struct transaction_record record = {0};
	CSR_CLEANUP struct csr pending = {0};
	bool same = false;
	int result = store_transaction_find(&record, exchange->server->store,
		exchange->site->store_name, scep->transaction_id, &exchange->diag);

	if (result == DONE && record.status == SCEP_STATUS_PENDING &&
		csr_read(&pending, buffer_bytes(&record.csr), &exchange->diag) == DONE)
		same = bytes_equal_secret(pending.info, scep->csr.info);
	if (result == BROKEN)
		return BROKEN;
	return same ? VERDICT_NOT_NEEDED : VERDICT_NONE;
}

static int
judge_single(struct exchange *exchange)
{
	struct bytes challenge = buffer_bytes(&exchange->message.scep->csr.challenge);
	BUFFER_SECRET_CLEANUP struct buffer single = {0};
	BUFFER_CLEANUP struct buffer cache = {0};
	int result;

	if (!exchange->settings->use_single_password)
		return VERDICT_NONE;
	balancer_password_cache(&cache, exchange->site, exchange->balanced_to);
	result = store_single_password_find(
		&single, exchange->server->store, buffer_text(&cache), &exchange->diag);
	if (result == BROKEN)
		return BROKEN;
	return result == DONE && bytes_equal_secret(challenge, buffer_bytes(&single))
		? VERDICT_FIXED
		: VERDICT_NONE;
}

static int
judge_one_time(struct exchange *exchange)
{
	struct bytes challenge = buffer_bytes(&exchange->message.scep->csr.challenge);
	BUFFER_CLEANUP struct buffer cache = {0};
	struct challenge_record record;

	if (exchange->settings->use_single_password)
		return VERDICT_NONE;
	balancer_password_cache(&cache, exchange->site, exchange->balanced_to);
	if (store_challenge_take(&record, exchange->server->store, buffer_text(&cache), challenge,
		    exchange->arrived_ms, exchange->number, &exchange->diag) != DONE)
		return BROKEN;
	switch (record.state) {
	case CHALLENGE_VALID:
		exchange->verdict.taken = challenge;
		return VERDICT_ONE_TIME;
	case CHALLENGE_USED:
		exchange->verdict.used_by = record.used_by;
		explain_record(exchange, &record);
		return VERDICT_USED;
	case CHALLENGE_EXPIRED:
		explain_record(exchange, &record);
		return VERDICT_EXPIRED;
	case CHALLENGE_REVOKED:
		explain_record(exchange, &record);
		return VERDICT_REVOKED;
	case CHALLENGE_UNKNOWN:
		break;
	}
	return VERDICT_NONE;
}

/* Takes an Intune challenge by its identifier, which is single-use as well. */
static int
take_token(struct exchange *exchange, const struct challenge_claims *claims)
{
	struct bytes identifier = bytes_text(claims->identifier);
	struct challenge_record record;

	if (store_challenge_take_once(&record, exchange->server->store, exchange->site->store_name,
		    identifier, exchange->arrived_ms, claims->expires_at * 1000, exchange->number,
		    &exchange->diag) != DONE)
		return BROKEN;
	if (record.state == CHALLENGE_VALID) {
		buffer_append(&exchange->verdict.token_identifier, identifier);
		return VERDICT_INTUNE;
	}
	exchange->verdict.used_by = record.used_by;
	explain_record(exchange, &record);
	return record.state == CHALLENGE_REVOKED ? VERDICT_REVOKED : VERDICT_USED;
}

static int
judge_token(struct exchange *exchange)
{
	CHALLENGE_CLAIMS_CLEANUP struct challenge_claims claims = {0};
	int verdict;

	if (exchange->settings->policy_module != POLICY_MODULE_INTUNE)
		return VERDICT_NONE;
	switch (challenge_intune_open(&claims, exchange->site->pki,
		buffer_bytes(&exchange->message.scep->csr.challenge), &exchange->diag)) {
	case DONE:
		break;
	case REFUSED:
		return VERDICT_NONE;
	case CHALLENGE_INTUNE_BAD:
		return VERDICT_BAD_TOKEN;
	default:
		return BROKEN;
	}
	verdict = (int)challenge_binding_check(exchange, &claims);
	return verdict == VERDICT_INTUNE ? take_token(exchange, &claims) : verdict;
}

/* What nobody knows is a password that was never given out, or none at all (ndes-behaviour 2.6). */
static int
judge_form(struct exchange *exchange)
{
	struct bytes challenge = buffer_bytes(&exchange->message.scep->csr.challenge);
	size_t size = 2 * (size_t)exchange->settings->password_length, digits = 0;
	char text[SHORT_SIZE];

	while (digits < challenge.size && isxdigit(challenge.data[digits]))
		digits++;
	shorten(text, exchange);
	if (digits == challenge.size && digits == size) {
		diag_refuse(&exchange->diag, OBJECT, NULL, "a password of the admin page",
			"%s was never given out%s", text,
			exchange->balanced_to ? " by the server that was asked" : "");
		return VERDICT_UNKNOWN;
	}
	diag_refuse(&exchange->diag, OBJECT, "PasswordLength", "a password of the admin page",
		"%s is not %zu hexadecimal digits%s", text, size,
		exchange->settings->policy_module == POLICY_MODULE_INTUNE
			? ", nor a challenge in Intune's form"
			: "");
	return VERDICT_MALFORMED;
}

int
challenge_judge(struct exchange *exchange)
{
	static int (*const judges[])(struct exchange *) = {judge_need, judge_presence, judge_fixed,
		judge_repeat, judge_single, judge_one_time, judge_token, judge_form};
	int verdict = VERDICT_NONE;

	for (size_t i = 0; verdict == VERDICT_NONE && i < sizeof(judges) / sizeof(judges[0]); i++)
		verdict = judges[i](exchange);
	if (verdict == BROKEN)
		return BROKEN;
	/* What a judge that passed it on had to say does not matter any more. */
	if (!rows[verdict].reason)
		exchange->diag = (struct diag){0};
	conclude(exchange, (enum challenge_verdict)verdict);
	return DONE;
}

int
challenge_release(struct exchange *exchange)
{
	const struct verdict *verdict = &exchange->verdict;
	struct store *store = exchange->server->store;
	BUFFER_CLEANUP struct buffer cache = {0};
	int result = DONE;

	balancer_password_cache(&cache, exchange->site, exchange->balanced_to);
	if (verdict->taken.size)
		result = store_challenge_release(store, buffer_text(&cache), verdict->taken,
			exchange->number, &exchange->diag);
	if (result == DONE && verdict->token_identifier.size)
		result = store_challenge_release_once(store, exchange->site->store_name,
			buffer_bytes(&verdict->token_identifier), exchange->number,
			&exchange->diag);
	return result;
}
