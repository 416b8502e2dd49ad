#include "server/reply.h"

#include "server/exchange.h"

int
reply_run(struct exchange *exchange)
{
	struct response *response = &exchange->http->response;

	if (scep_reply_write(&exchange->reply.der, &exchange->reply.plan, &exchange->diag) != DONE)
		return STAGE_BROKE;
	response_set(response, RESPONSE_FROM_MSCEP, 200, 0, 0);
	response->content_type = "application/x-pki-message";
	buffer_append(&response->body, buffer_bytes(&exchange->reply.der));
	return STAGE_ANSWERED;
}
