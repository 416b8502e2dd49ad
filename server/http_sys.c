#include "server/http_sys.h"

#include <string.h>

#include "common/percent.h"
#include "server/exchange.h"

/* UrlSegmentMaxLength and UrlSegmentMaxCount, which no NDES guide changes. */
#define URL_SEGMENT_MAX_LENGTH 260
#define URL_SEGMENT_MAX_COUNT  255

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

static bool
url_is_invalid(const struct request *request, const struct settings *settings)
{
	BUFFER_CLEANUP struct buffer decoded = {0};

	return request->path.size == 0 || request->path.data[0] != '/' ||
		segments_are_too_long(request->path) ||
		percent_decode(&decoded, request->path, NULL) != DONE ||
		memchr(buffer_text(&decoded), '\0', decoded.size);
}

/* RFC 9112 3.2: a request of HTTP/1.1 names its host. */
static bool
host_is_missing(const struct request *request, const struct settings *settings)
{
	return strcmp(request->version, "HTTP/1.1") == 0 && !request_header(request, "Host");
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
	return strcmp(request->method, "POST") == 0 && request->content_length < 0 &&
		!request->chunked;
}

/* In the order in which they are looked at: MaxFieldLength on the URL comes first. */
static const struct {
	bool (*applies)(const struct request *request, const struct settings *settings);
	enum http_sys_error error;
	const char *setting; /* the limit that was passed; NULL: none */
} checks[] = {
	{url_is_too_long, HTTP_SYS_414, "max_field_length"},
	{head_is_too_long, HTTP_SYS_400_TOO_LONG, "max_request_bytes"},
	{header_is_too_long, HTTP_SYS_400_FIELD_TOO_LONG, "max_field_length"},
	{url_is_invalid, HTTP_SYS_400_INVALID_URL},
	{host_is_missing, HTTP_SYS_400_INVALID_HOSTNAME},
	{coding_is_unknown, HTTP_SYS_501},
	{length_is_missing, HTTP_SYS_411},
};

int
http_sys_run(struct exchange *exchange)
{
	const struct request *request = &exchange->http->request;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (!checks[i].applies(request, exchange->settings))
			continue;
		exchange->http_sys_error = checks[i].error;
		if (checks[i].setting)
			exchange_note_setting(exchange, checks[i].setting);
		response_set(&exchange->http->response, RESPONSE_FROM_HTTP_SYS,
			http_sys_error_status(checks[i].error), 0, 0);
		exchange->http->send.close_connection = true;
		return STAGE_ANSWERED;
	}
	return STAGE_NEXT;
}
