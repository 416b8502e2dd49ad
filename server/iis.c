#include "server/iis.h"

#include <string.h>
#include <strings.h>

#include "common/hresult.h"
#include "common/memory.h"
#include "common/percent.h"
#include "server/application.h"
#include "server/authentication.h"
#include "server/exchange.h"
#include "server/mscep.h"

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

/* Whether what a path means depends on how often it is unescaped. */
static bool
is_escaped_twice(struct bytes path)
{
	BUFFER_CLEANUP struct buffer once = {0}, twice = {0};

	return percent_decode(&once, path, NULL) == DONE &&
		percent_decode(&twice, buffer_bytes(&once), NULL) == DONE &&
		!bytes_equal(buffer_bytes(&once), buffer_bytes(&twice));
}

static int
filter_escapes(struct exchange *exchange)
{
	if (exchange->settings->allow_double_escaping ||
		!is_escaped_twice(exchange->http->request.path))
		return STAGE_NEXT;
	return answer_limit(exchange, "allow_double_escaping", 404, 11);
}

/* The admin page as hardening guides leave it (ndes-behaviour 1.1). */
static int
find_admin(struct exchange *exchange)
{
	int state = exchange->settings->mscep_admin;

	if (state == MSCEP_ADMIN_PRESENT || !application_is_admin(exchange->route.application))
		return STAGE_NEXT;
	exchange_note_setting(exchange, "mscep_admin");
	if (state == MSCEP_ADMIN_HIDDEN_SEGMENT)
		return answer(exchange, 404, 8, 0);
	return answer(exchange, 404, 0, HRESULT_WIN32(ERROR_FILE_NOT_FOUND));
}

/* The codes of 500 when the identity of the pool cannot log on are general knowledge
 * (ndes-behaviour 5.7, 7.1 S11). */
static const uint32_t account_errors[] = {
	[SERVICE_ACCOUNT_LOCKED] = 1909,           /* ERROR_ACCOUNT_LOCKED_OUT */
	[SERVICE_ACCOUNT_PASSWORD_EXPIRED] = 1330, /* ERROR_PASSWORD_EXPIRED */
	[SERVICE_ACCOUNT_PASSWORD_CHANGED] = 1326, /* ERROR_LOGON_FAILURE */
};

/* What the worker process needs before any extension runs: an account, and the right to impersonate,
 * without which every operation ends in 1346 (the seed, "Status code 500"). */
static int
start_worker(struct exchange *exchange)
{
	const struct settings *settings = exchange->settings;

	if (exchange->route.application->static_files)
		return STAGE_NEXT;
	if (settings->service_account != SERVICE_ACCOUNT_HEALTHY) {
		exchange_note_setting(exchange, "service_account");
		return answer(exchange, 500, 0, account_errors[settings->service_account]);
	}
	if (settings->impersonation_right == IMPERSONATION_MISSING) {
		exchange_note_setting(exchange, "impersonation_right");
		return answer(exchange, 500, 0, 1346); /* ERROR_BAD_IMPERSONATION_LEVEL */
	}
	return STAGE_NEXT;
}

/* KB2800975: the admin page's URL has no extension, so the wrong handler takes it. */
static int
choose_handler(struct exchange *exchange)
{
	static const char sentence[] =
		"The page cannot be displayed because an internal server error has occurred.";
	struct response *response = &exchange->http->response;

	if (exchange->settings->handler_mappings == HANDLERS_DEFAULT ||
		!application_is_admin(exchange->route.application))
		return STAGE_NEXT;
	exchange_note_setting(exchange, "handler_mappings");
	evidence_event(exchange, EVENT_NDES_NOT_STARTED, "0x800700ea", "More data is available.");
	response->content_type = "text/html";
	buffer_append_text(&response->body, sentence);
	return answer(exchange, 500, 0, 0);
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
	static int (*const steps[])(struct exchange *) = {filter_request, filter_escapes,
		find_application, find_admin, authentication_run, find_handler, start_worker,
		choose_handler};
	const uint64_t allowed = (uint64_t)exchange->settings->max_allowed_content_length;
	int result = STAGE_NEXT;

	/* A longer message is refused without having been kept. */
	exchange->http->body_limit = allowed < LIMIT_MESSAGE ? allowed : LIMIT_MESSAGE;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && result == STAGE_NEXT; i++)
		result = steps[i](exchange);
	return result;
}

int
iis_check_body(struct exchange *exchange)
{
	if (exchange->http->body_size > (uint64_t)exchange->settings->max_allowed_content_length)
		return answer_limit(exchange, "max_allowed_content_length", 413, 1);
	return STAGE_NEXT;
}
