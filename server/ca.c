#include "server/ca.h"

#include "server/ca_issue.h"
#include "server/challenge.h"
#include "server/exchange.h"
#include "server/message_type.h"

static int
answer(struct exchange *exchange)
{
	int result = exchange->message.type->answer(exchange);

	/* Only a request that is to be issued has a plan. */
	if (result != STAGE_NEXT || exchange->disposition.status != SCEP_STATUS_SUCCESS ||
		!exchange->issuance.plan.digest)
		return result;
	return ca_issue_carry_out(exchange);
}

int
ca_run(struct exchange *exchange)
{
	int result;

	if (exchange->disposition.status != SCEP_STATUS_SUCCESS)
		return STAGE_NEXT;
	result = answer(exchange);
	if (result == STAGE_NEXT && exchange->disposition.status != SCEP_STATUS_FAILURE)
		return STAGE_NEXT;
	/* A password is spent on a certificate alone (ndes-behaviour 2.6). */
	return challenge_release(exchange) == DONE ? result : STAGE_BROKE;
}
