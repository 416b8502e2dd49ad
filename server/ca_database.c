#include "server/ca_database.h"

#include "server/exchange.h"
#include "server/refusal.h"

int
ca_database_answer(struct exchange *exchange, int result)
{
	struct response *response = &exchange->http->response;

	if (result != STAGE_BROKE || !exchange->diag.not_written)
		return result;
	if (exchange->answered_by)
		return STAGE_NEXT;
	if (exchange->message.type)
		return refusal_give(exchange, REFUSAL_DATABASE_FULL);
	buffer_clear(&response->body);
	response_set(response, RESPONSE_FROM_IIS, 500, 0, 0);
	return STAGE_ANSWERED;
}
