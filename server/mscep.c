#include "server/mscep.h"

#include <string.h>

#include "server/admin_page.h"
#include "server/application.h"
#include "server/browsed.h"
#include "server/exchange.h"
#include "server/ndes_service.h"
#include "server/operation.h"
#include "server/pki_operation.h"

bool
mscep_needs_worker(struct exchange *exchange)
{
	const struct application *application = exchange->route.application;
	struct message *message = &exchange->message;

	if (application->static_files)
		return true; /* a CRL may have to be signed */
	message->operation = operation_find(&message->operation_present, exchange);
	if (message->operation)
		return message->operation->uses_private_key;
	return message->operation_present &&
		exchange->settings->unknown_operation == UNKNOWN_OPERATION_FAILURE;
}

static int
answer_method_not_allowed(struct exchange *exchange)
{
	response_set(&exchange->http->response, RESPONSE_FROM_IIS, 405, 0, 0);
	response_add_header(&exchange->http->response, "Allow", "GET, HEAD, POST");
	return STAGE_ANSWERED;
}

/* What NDES does with an operation that it does not have is not known (ndes-behaviour 1.2), so it is a
 * setting. */
static int
answer_unknown_operation(struct exchange *exchange)
{
	switch ((enum unknown_operation)exchange->settings->unknown_operation) {
	case UNKNOWN_OPERATION_FAILURE:
		return pki_operation_run_unknown(exchange);
	case UNKNOWN_OPERATION_404:
		response_set(&exchange->http->response, RESPONSE_FROM_IIS, 404, 0, 0);
		return STAGE_ANSWERED;
	case UNKNOWN_OPERATION_BROWSED:
		break;
	}
	return browsed_answer(exchange);
}

int
mscep_run(struct exchange *exchange)
{
	static const char *const methods[] = {"GET", "HEAD", "POST"};
	const struct message *message = &exchange->message;
	bool allowed = false;

	if (ndes_service_start(exchange) != STAGE_NEXT)
		return STAGE_ANSWERED;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		allowed |= strcmp(exchange->http->request.method, methods[i]) == 0;
	if (!allowed)
		return answer_method_not_allowed(exchange);
	if (message->operation)
		return message->operation->run(exchange);
	if (application_is_admin(exchange->route.application))
		return admin_page_run(exchange);
	return message->operation_present ? answer_unknown_operation(exchange)
					  : browsed_answer(exchange);
}
