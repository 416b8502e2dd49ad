#include "server/policy.h"

#include "server/challenge.h"
#include "server/exchange.h"
#include "server/message_type.h"
#include "server/registration_point.h"

/* Intune's module sees every PKCS#10 (ndes-behaviour 4.1). */
static bool
has_module(const struct exchange *exchange)
{
	const struct message_type *type = exchange->message.type;

	return exchange->settings->policy_module == POLICY_MODULE_INTUNE && type && type->holds_csr;
}

static int
judge(struct exchange *exchange)
{
	if (exchange->disposition.status == SCEP_STATUS_SUCCESS &&
		challenge_judge(exchange) != DONE)
		return STAGE_BROKE;
	if (has_module(exchange) && exchange->verdict.heard)
		registration_point_conclude(exchange);
	return STAGE_NEXT;
}

int
policy_run(struct exchange *exchange)
{
	const struct message_type *type = exchange->message.type;
	int result = STAGE_NEXT;

	if (exchange->disposition.status != SCEP_STATUS_SUCCESS || !type || !type->holds_csr)
		return STAGE_NEXT;
	if (has_module(exchange))
		result = registration_point_verify(exchange);
	return result == STAGE_NEXT ? judge(exchange) : result;
}

/* NDES removes a password on success (ndes-behaviour 2.6). */
int
policy_settle(struct exchange *exchange)
{
	if (has_module(exchange))
		registration_point_notify(exchange);
	if (exchange->issuance.certificate.size > 0 ||
		exchange->disposition.status == SCEP_STATUS_PENDING)
		return STAGE_NEXT;
	return challenge_release(exchange) == DONE ? STAGE_NEXT : STAGE_BROKE;
}
