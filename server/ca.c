#include "server/ca.h"

#include "server/ca_issue.h"
#include "server/exchange.h"
#include "server/message_type.h"

int
ca_run(struct exchange *exchange)
{
	const struct message_type *type = exchange->message.type;
	int result;

	if (exchange->disposition.status != SCEP_STATUS_SUCCESS || !type)
		return STAGE_NEXT;
	result = type->answer(exchange);
	/* Only a request that is to be issued has a plan. */
	if (result != STAGE_NEXT || exchange->disposition.status != SCEP_STATUS_SUCCESS ||
		!exchange->issuance.plan.digest)
		return result;
	return ca_issue_carry_out(exchange);
}
