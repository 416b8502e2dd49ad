#include "server/ca.h"

#include "server/exchange.h"
#include "server/message_type.h"

int
ca_run(struct exchange *exchange)
{
	if (exchange->disposition.status != SCEP_STATUS_SUCCESS)
		return STAGE_NEXT;
	return exchange->message.type->answer(exchange);
}
