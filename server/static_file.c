#include "server/static_file.h"

#include "common/hresult.h"
#include "server/application.h"
#include "server/ca_publication.h"
#include "server/exchange.h"

int
static_file_run(struct exchange *exchange)
{
	struct response *response = &exchange->http->response;
	const char *content_type = NULL;

	if (!exchange->route.application->static_files)
		return STAGE_NEXT;
	switch (ca_publication_read(&response->body, &content_type, exchange->site,
		exchange->condition, exchange->route.path_info + 1, exchange_seconds(exchange),
		&exchange->diag)) {
	case DONE:
		response_set(response, RESPONSE_FROM_IIS, 200, 0, 0);
		response->content_type = content_type;
		return STAGE_ANSWERED;
	case REFUSED:
		response_set(
			response, RESPONSE_FROM_IIS, 404, 0, HRESULT_WIN32(ERROR_FILE_NOT_FOUND));
		return STAGE_ANSWERED;
	default:
		return STAGE_BROKE;
	}
}
