#include "server/pages_http_sys.h"

#define FRAME                                                                                      \
	"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\"http://www.w3.org/TR/html4/"         \
	"strict.dtd\">\r\n"                                                                        \
	"<HTML><HEAD><TITLE>%s</TITLE>\r\n"                                                        \
	"<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>\r\n"    \
	"<BODY><h2>%s</h2>\r\n"                                                                    \
	"<hr><p>HTTP Error %u. %s</p>\r\n"                                                         \
	"</BODY></HTML>\r\n"

#define UNAVAILABLE "Service Unavailable", "Service Unavailable", "The service is unavailable."

/*
 * Texts as captured (ndes-behaviour 5.6), reasons as Microsoft lists them (5.3). Nobody has
 * captured 501 nor the pages of a header field that is too long, of a verb, a header's name or a length
 * that are none: their texts are from memory. KB820729 says that N/I stands for 501.
 */
static const struct {
	unsigned status;
	const char *reason;
	const char *title;
	const char *heading;
	const char *sentence;
} rows[HTTP_SYS_ERROR_COUNT] = {
	[HTTP_SYS_400_TOO_LONG] = {400, "RequestLength", "Bad Request",
		"Bad Request - Request Too Long", "The size of the request headers is too long."},
	[HTTP_SYS_400_FIELD_TOO_LONG] = {400, "FieldLength", "Bad Request",
		"Bad Request - Header Field Too Long", "A request header field is too long."},
	[HTTP_SYS_400_INVALID_URL] = {400, "URL", "Bad Request", "Bad Request - Invalid URL",
		"The request URL is invalid."},
	[HTTP_SYS_400_INVALID_HOSTNAME] = {400, "Hostname", "Bad Request",
		"Bad Request - Invalid Hostname", "The request hostname is invalid."},
	[HTTP_SYS_400_INVALID_VERB] = {400, "Verb", "Bad Request", "Bad Request - Invalid Verb",
		"The request verb is invalid."},
	[HTTP_SYS_400_INVALID_HEADER] = {400, "Header", "Bad Request",
		"Bad Request - Invalid Header", "The request has an invalid header name."},
	[HTTP_SYS_400_INVALID_LENGTH] = {400, "Number", "Bad Request",
		"Bad Request - Invalid Content Length",
		"There is an invalid content length or chunk length in the request."},
	[HTTP_SYS_404] = {404, "N/A", "Not Found", "Not Found",
		"The requested resource is not found."},
	[HTTP_SYS_411] = {411, "LengthRequired", "Length Required", "Length Required",
		"The request must be chunked or have a content length."},
	[HTTP_SYS_414] = {414, "URL_Length", "Request URL Too Long", "Request URL Too Long",
		"The request URL is too long."},
	[HTTP_SYS_501] = {501, "N/I", "Not Implemented", "Not Implemented",
		"The request transfer encoding type is not supported."},
	[HTTP_SYS_503] = {503, "AppOffline", UNAVAILABLE},
	[HTTP_SYS_503_DISABLED] = {503, "Disabled", UNAVAILABLE},
	[HTTP_SYS_503_SHUTDOWN] = {503, "AppShutdown", UNAVAILABLE},
	[HTTP_SYS_503_QUEUE_FULL] = {503, "QueueFull", UNAVAILABLE},
	[HTTP_SYS_ABANDONED] = {0, "Connection_Abandoned_By_ReqQueue", NULL, NULL, NULL},
};

unsigned
http_sys_error_status(enum http_sys_error error)
{
	return rows[error].status;
}

const char *
http_sys_error_reason(enum http_sys_error error)
{
	return rows[error].reason;
}

enum http_sys_error
http_sys_error_of(unsigned status)
{
	for (int i = HTTP_SYS_NONE + 1; i < HTTP_SYS_ERROR_COUNT; i++)
		if (rows[i].status == status)
			return (enum http_sys_error)i;
	return HTTP_SYS_NONE;
}

void
pages_http_sys(struct buffer *out, enum http_sys_error error)
{
	buffer_append_format(out, FRAME, rows[error].title, rows[error].heading, rows[error].status,
		rows[error].sentence);
}
