#include "server/challenge_binding.h"

#include <strings.h>

#include "common/alternative_name.h"
#include "common/clock.h"
#include "common/name.h"
#include "common/name_parse.h"

#define CLAUSE "Intune policy module"

static enum challenge_verdict
check_time(struct exchange *exchange, const struct challenge_claims *claims)
{
	char expired[CLOCK_TEXT_SIZE], now[CLOCK_TEXT_SIZE];

	if (exchange_seconds(exchange) < claims->expires_at)
		return VERDICT_INTUNE;
	diag_refuse(&exchange->diag, "challengePassword", CLAUSE, "a challenge that is still valid",
		"one that expired at %s; it is %s", clock_text(expired, claims->expires_at * 1000),
		clock_text(now, exchange->arrived_ms));
	return VERDICT_EXPIRED;
}

static enum challenge_verdict
check_subject(struct exchange *exchange, const struct challenge_claims *claims)
{
	const struct csr *csr = &exchange->message.scep->csr;
	BUFFER_CLEANUP struct buffer wanted = {0}, found = {0};

	if (!claims->subject)
		return VERDICT_INTUNE;
	if (name_parse(&wanted, claims->subject, &exchange->diag) != DONE)
		return VERDICT_BAD_TOKEN;
	if (name_equal(buffer_bytes(&wanted), csr->subject))
		return VERDICT_INTUNE;
	name_text(&found, csr->subject);
	diag_refuse(&exchange->diag, "PKCS#10 subject", CLAUSE, claims->subject, "%s",
		buffer_text(&found));
	return VERDICT_OTHER_SUBJECT;
}

/* --- subjectAltName --------------------------------------------------------------- */

static bool
same_general_name(const struct der_element *left, const struct der_element *right)
{
	if (left->tag != right->tag || left->content.size != right->content.size)
		return false;
	/* RFC 5280 7.2. */
	if (left->tag == GENERAL_NAME_DNS)
		return strncasecmp((const char *)left->content.data,
			       (const char *)right->content.data, left->content.size) == 0;
	return bytes_equal(left->content, right->content);
}

static bool
holds_name(struct bytes names, const struct der_element *name)
{
	struct der der = der_start(names, "subjectAltName", NULL), inside;
	struct der_element other;

	if (!der_enter(&der, DER_SEQUENCE, &inside))
		return false;
	while (!der_empty(&inside)) {
		if (!der_take_any(&inside, &other))
			return false;
		if (same_general_name(name, &other))
			return true;
	}
	return false;
}

/* Returns whether `names` holds every name of `wanted`; both are GeneralNames, or empty. */
static bool
holds_names(struct bytes names, struct bytes wanted)
{
	struct der der = der_start(wanted, "subjectAltName", NULL), inside;
	struct der_element name;

	if (wanted.size == 0)
		return true;
	if (!der_enter(&der, DER_SEQUENCE, &inside))
		return false;
	while (!der_empty(&inside))
		if (!der_take_any(&inside, &name) || !holds_name(names, &name))
			return false;
	return true;
}

static enum challenge_verdict
check_alternative_name(struct exchange *exchange, const struct challenge_claims *claims)
{
	struct bytes names = exchange->message.scep->csr.subject_alt_name;
	BUFFER_CLEANUP struct buffer wanted = {0}, found = {0};

	if (!claims->alternative_name)
		return VERDICT_INTUNE;
	if (alternative_name_parse(&wanted, claims->alternative_name, &exchange->diag) != DONE)
		return VERDICT_BAD_TOKEN;
	if (holds_names(names, buffer_bytes(&wanted)) && holds_names(buffer_bytes(&wanted), names))
		return VERDICT_INTUNE;
	if (names.size == 0 || alternative_name_text(&found, names, NULL) != DONE)
		buffer_append_text(&found, names.size ? "one that cannot be decoded" : "none");
	diag_refuse(&exchange->diag, "PKCS#10 subjectAltName", CLAUSE, claims->alternative_name,
		"%s", buffer_text(&found));
	return VERDICT_OTHER_ALTERNATIVE_NAME;
}

/* --- key usage ---------------------------------------------------------------------- */

static void
append_usages(struct buffer *out, uint32_t bits)
{
	for (size_t i = 0; certificate_key_usage_name(i); i++)
		if (bits >> i & 1)
			buffer_append_format(
				out, "%s%s", out->size ? ", " : "", certificate_key_usage_name(i));
	if (out->size == 0)
		buffer_append_text(out, "none");
}

static enum challenge_verdict
check_key_usage(struct exchange *exchange, const struct challenge_claims *claims)
{
	const struct csr *csr = &exchange->message.scep->csr;
	uint32_t usage = csr->has_key_usage ? csr->key_usage : 0;
	BUFFER_CLEANUP struct buffer wanted = {0}, found = {0};

	if (claims->key_usage == 0 || claims->key_usage == usage)
		return VERDICT_INTUNE;
	append_usages(&wanted, claims->key_usage);
	append_usages(&found, usage);
	diag_refuse(&exchange->diag, "PKCS#10 keyUsage", CLAUSE, buffer_text(&wanted), "%s",
		buffer_text(&found));
	return VERDICT_OTHER_KEY_USAGE;
}

enum challenge_verdict
challenge_binding_check(struct exchange *exchange, const struct challenge_claims *claims)
{
	static enum challenge_verdict (*const checks[])(
		struct exchange *, const struct challenge_claims *) = {
		check_time, check_subject, check_alternative_name, check_key_usage};
	enum challenge_verdict verdict = VERDICT_INTUNE;

	for (size_t i = 0; verdict == VERDICT_INTUNE && i < sizeof(checks) / sizeof(checks[0]); i++)
		verdict = checks[i](exchange, claims);
	return verdict;
}
