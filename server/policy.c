#include "server/policy.h"

#include "server/challenge.h"
#include "server/exchange.h"
#include "server/message_type.h"

int
policy_run(struct exchange *exchange)
{
	const struct message_type *type = exchange->message.type;

	if (exchange->disposition.status != SCEP_STATUS_SUCCESS || !type || !type->holds_csr)
		return STAGE_NEXT;
	return challenge_judge(exchange) == DONE ? STAGE_NEXT : STAGE_BROKE;
}

/* NDES removes a password on success (ndes-behaviour 2.6). */
int
policy_settle(struct exchange *exchange)
{
	if (exchange->issuance.certificate.size > 0 ||
		exchange->disposition.status == SCEP_STATUS_PENDING)
		return STAGE_NEXT;
	return challenge_release(exchange) == DONE ? STAGE_NEXT : STAGE_BROKE;
}
