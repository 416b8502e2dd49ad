#include "server/http_sys.h"

#include <string.h>

#include "common/percent.h"
#include "server/application.h"
#include "server/exchange.h"

/* UrlSegmentMaxLength and UrlSegmentMaxCount, which no NDES guide changes. */
#define URL_SEGMENT_MAX_LENGTH 260
#define URL_SEGMENT_MAX_COUNT  255

/* The longest verb that the HTTPERR log has room for; that a longer one is refused is a guess. */
#define VERB_MAX 255

/* RFC 9110 5.6.2. */
static bool
is_token(const char *text)
{
	const char *c = text;

	while ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
		(*c && strchr("-!#$%&'*+.^_`|~", *c)))
		c++;
	return c > text && *c == '\0';
}

static bool
verb_is_invalid(const struct request *request, const struct settings *settings)
{
	return request->method_is_cut || !is_token(request->method) ||
		strlen(request->method) > VERB_MAX;
}

static bool
url_is_too_long(const struct request *request, const struct settings *settings)
{
	return strlen(request->target) > (size_t)settings->max_field_length;
}

static bool
head_is_too_long(const struct request *request, const struct settings *settings)
{
	return request->head_size > (size_t)settings->max_request_bytes;
}

static bool
header_is_too_long(const struct request *request, const struct settings *settings)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (strlen(request->headers[i].name) + strlen(request->headers[i].value) >
			(size_t)settings->max_field_length)
			return true;
	return false;
}

static bool
segments_are_too_long(struct bytes path)
{
	size_t length = 0, count = 0;

	for (size_t i = 0; i < path.size; i++) {
		length = path.data[i] == '/' ? 0 : length + 1;
		count += path.data[i] == '/';
		if (length > URL_SEGMENT_MAX_LENGTH || count > URL_SEGMENT_MAX_COUNT)
			return true;
	}
	return false;
}

/* KB820129: AllowRestrictedChars is off, so that a path has none of U+0000 to U+001F and U+007F to
 * U+009F. */
static bool
has_restricted_characters(struct bytes path)
{
	for (size_t i = 0; i < path.size; i++) {
		uint8_t next = i + 1 < path.size ? path.data[i + 1] : 0;

		if (path.data[i] < 0x20 || path.data[i] == 0x7f ||
			(path.data[i] == 0xc2 && next >= 0x80 && next <= 0x9f))
			return true;
	}
	return false;
}

static bool
url_is_invalid(const struct request *request, const struct settings *settings)
{
	BUFFER_CLEANUP struct buffer decoded = {0};

	return request->target_is_cut || request->path.size == 0 || request->path.data[0] != '/' ||
		segments_are_too_long(request->path) ||
		percent_decode(&decoded, request->path, NULL) != DONE ||
		has_restricted_characters(buffer_bytes(&decoded));
}

/* RFC 9110 5.1. */
static bool
header_is_invalid(const struct request *request, const struct settings *settings)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (!is_token(request->headers[i].name))
			return true;
	return false;
}

/* RFC 9112 3.2: a request of HTTP/1.1 names its host, and no request names two, or one that is none. */
static bool
host_is_invalid(const struct request *request, const struct settings *settings)
{
	const char *host = request_header(request, "Host");

	if (!host)
		return strcmp(request->version, "HTTP/1.1") == 0;
	return request_count_headers(request, "Host") > 1 ||
		host[strcspn(host, "/?#@\\\"<>")] != '\0';
}

static bool
length_is_invalid(const struct request *request, const struct settings *settings)
{
	return request->invalid_length;
}

/* RFC 9112 6.1: 501 to a transfer coding that is not understood. That http.sys knows no other than
 * "chunked", and looks at it before the length, is a guess; nothing can be read behind it. */
static bool
coding_is_unknown(const struct request *request, const struct settings *settings)
{
	return request->unknown_coding;
}

static bool
length_is_missing(const struct request *request, const struct settings *settings)
{
	bool chunked = request->chunked && settings->chunked_post == CHUNKED_POST_ACCEPTED;

	return strcmp(request->method, "POST") == 0 && request->content_length < 0 && !chunked;
}

/* In the order in which they are looked at: the request line comes first. */
static const struct {
	bool (*applies)(const struct request *request, const struct settings *settings);
	enum http_sys_error error;
	const char *setting; /* the limit that was passed; NULL: none */
} checks[] = {
	{verb_is_invalid, HTTP_SYS_400_INVALID_VERB},
	{url_is_too_long, HTTP_SYS_414, "max_field_length"},
	{head_is_too_long, HTTP_SYS_400_TOO_LONG, "max_request_bytes"},
	{header_is_too_long, HTTP_SYS_400_FIELD_TOO_LONG, "max_field_length"},
	{url_is_invalid, HTTP_SYS_400_INVALID_URL},
	{header_is_invalid, HTTP_SYS_400_INVALID_HEADER},
	{host_is_invalid, HTTP_SYS_400_INVALID_HOSTNAME},
	{length_is_invalid, HTTP_SYS_400_INVALID_LENGTH},
	{coding_is_unknown, HTTP_SYS_501},
	{length_is_missing, HTTP_SYS_411, "chunked_post"},
};

static int
refuse(struct exchange *exchange, enum http_sys_error error, const char *setting)
{
	if (setting)
		exchange_note_setting(exchange, setting);
	exchange->http_sys_error = error;
	response_set(&exchange->http->response, RESPONSE_FROM_HTTP_SYS,
		http_sys_error_status(error), 0, 0);
	exchange->http->send.close_connection = true;
	return STAGE_ANSWERED;
}

/* The pool does not run: 503, or no HTTP where a load balancer is to see it (ndes-behaviour 5.8). */
static int
refuse_pool(struct exchange *exchange, enum http_sys_error error, const char *setting)
{
	int result = refuse(exchange, error, setting);

	if (exchange->settings->load_balancer_capabilities == LOAD_BALANCER_TCP_LEVEL) {
		exchange->http->send.cut = SEND_CUT_BEFORE_HEAD;
		exchange->http->send.end = SEND_END_RESET;
	}
	return result;
}

/* KB820729: what is wrong with a pool, as http.sys calls it. */
static const enum http_sys_error pool_errors[] = {
	[APP_POOL_STARTED] = HTTP_SYS_NONE,
	[APP_POOL_STOPPED] = HTTP_SYS_503_DISABLED,
	[APP_POOL_SHUTTING_DOWN] = HTTP_SYS_503_SHUTDOWN,
	[APP_POOL_QUEUE_FULL] = HTTP_SYS_503_QUEUE_FULL,
};

/* Only the applications of NDES run in the pool SCEP; CertEnroll is the default pool's. */
static bool
is_for_pool(const struct exchange *exchange)
{
	BUFFER_CLEANUP struct buffer path = {0};
	const struct application *application;
	const char *path_info;

	if (percent_decode(&path, exchange->http->request.path, NULL) != DONE)
		return false;
	application = application_find(&path_info, buffer_text(&path));
	return application && !application->static_files;
}

/* Without an identity that may log on, the worker process cannot be started, and WAS disables the pool
 * (ndes-behaviour 5.8, 7.2 I11). Returns whether it can. */
static bool
check_identity(struct exchange *exchange)
{
	bool valid = exchange->settings->service_account != SERVICE_ACCOUNT_NO_LOGON_RIGHT;

	if (!app_pool_meet_identity(&exchange->site->app_pool, valid))
		return valid;
	evidence_event(exchange, EVENT_WAS_IDENTITY, APP_POOL_NAME);
	evidence_event(exchange, EVENT_WAS_IDENTITY_DISABLED, APP_POOL_NAME);
	evidence_event(exchange, EVENT_WAS_WORKER_DISABLED, APP_POOL_NAME);
	return valid;
}

static int
check_pool(struct exchange *exchange)
{
	const struct settings *settings = exchange->settings;

	if (!is_for_pool(exchange))
		return STAGE_NEXT;
	if (settings->app_pool != APP_POOL_STARTED)
		return refuse_pool(exchange, pool_errors[settings->app_pool], "app_pool");
	if (!check_identity(exchange))
		return refuse_pool(exchange, HTTP_SYS_503, "service_account");
	if (app_pool_is_disabled(&exchange->site->app_pool))
		return refuse_pool(exchange, HTTP_SYS_503, NULL);
	return STAGE_NEXT;
}

int
http_sys_run(struct exchange *exchange)
{
	const struct request *request = &exchange->http->request;

	exchange->reached_http_sys = true;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].applies(request, exchange->settings))
			return refuse(exchange, checks[i].error, checks[i].setting);
	return check_pool(exchange);
}
