#include "server/iis.h"

#include <string.h>
#include <strings.h>

#include "common/hresult.h"
#include "common/memory.h"
#include "common/percent.h"
#include "server/application.h"
#include "server/authentication.h"
#include "server/exchange.h"

static int
answer(struct exchange *exchange, unsigned status, unsigned substatus, uint32_t win32_status)
{
	response_set(&exchange->http->response, RESPONSE_FROM_IIS, status, substatus, win32_status);
	return STAGE_ANSWERED;
}

static int
answer_limit(struct exchange *exchange, const char *limit, unsigned status, unsigned substatus)
{
	exchange_note_setting(exchange, limit);
	return answer(exchange, status, substatus, 0);
}

/* The limits of request filtering (ndes-behaviour 5.4). maxUrl counts the path alone. */
static int
filter_request(struct exchange *exchange)
{
	const struct request *request = &exchange->http->request;
	const struct settings *settings = exchange->settings;

	if (request->content_length > settings->max_allowed_content_length) {
		exchange->http->send.close_connection = true;
		return answer_limit(exchange, "max_allowed_content_length", 413, 1);
	}
	if (request->path.size > (size_t)settings->max_url)
		return answer_limit(exchange, "max_url", 404, 14);
	if (request->query.size > (size_t)settings->max_query_string)
		return answer_limit(exchange, "max_query_string", 404, 15);
	return STAGE_NEXT;
}

/* IIS redirects a folder asked for without its "/", after authentication (ndes-behaviour 1.1), to an
 * absolute URL of the host that the client named. */
static int
redirect_to_folder(struct exchange *exchange)
{
	struct request *request = &exchange->http->request;
	struct response *response = &exchange->http->response;
	const char *host = request_header(request, "Host");
	const char *scheme = request->secure ? "https://" : "http://";
	TEXT_CLEANUP char *location = text_format("%s%s%.*s%.*s/%s%.*s", host ? scheme : "",
		host ? host : "", (int)exchange->site_prefix.size,
		(const char *)exchange->site_prefix.data, (int)request->path.size,
		(const char *)request->path.data, request->query.data ? "?" : "",
		(int)request->query.size, (const char *)request->query.data);

	response_add_header(response, "Location", location);
	response->content_type = pages_iis_moved(&response->body, location);
	return answer(exchange, 301, 0, 0);
}

/* Both SCEP applications hold mscep.dll alone, which is their default document too; what follows
 * its name is PATH_INFO and means nothing. */
static bool
leads_to_extension(const char *path_info)
{
	static const char extension[] = "/mscep.dll";
	size_t length = sizeof(extension) - 1;

	return strcmp(path_info, "/") == 0 ||
		(strncasecmp(path_info, extension, length) == 0 &&
			(path_info[length] == '\0' || path_info[length] == '/'));
}

static int
find_application(struct exchange *exchange)
{
	struct route *route = &exchange->route;

	if (percent_decode(&route->path, exchange->http->request.path, &exchange->diag) != DONE)
		return STAGE_BROKE; /* http_sys lets no such path through */
	route->application = application_find(&route->path_info, buffer_text(&route->path));
	if (!route->application)
		return answer(exchange, 404, 0, HRESULT_WIN32(ERROR_FILE_NOT_FOUND));
	return STAGE_NEXT;
}

static int
find_handler(struct exchange *exchange)
{
	const struct route *route = &exchange->route;

	if (route->path_info[0] == '\0')
		return redirect_to_folder(exchange);
	if (!route->application->static_files && !leads_to_extension(route->path_info))
		return answer(exchange, 404, 0, HRESULT_WIN32(ERROR_FILE_NOT_FOUND));
	return STAGE_NEXT;
}

int
iis_run(struct exchange *exchange)
{
	static int (*const steps[])(struct exchange *) = {
		filter_request, find_application, authentication_run, find_handler};
	int result = STAGE_NEXT;

	exchange->http->body_limit = (uint64_t)exchange->settings->max_allowed_content_length;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && result == STAGE_NEXT; i++)
		result = steps[i](exchange);
	return result;
}

int
iis_check_body(struct exchange *exchange)
{
	if (exchange->http->body_size > exchange->http->body_limit)
		return answer(exchange, 413, 1, 0);
	return STAGE_NEXT;
}
