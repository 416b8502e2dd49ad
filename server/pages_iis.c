#include "server/pages_iis.h"

#include <stdio.h>

#include "common/hresult.h"
#include "server/html.h"

#define HTML_TYPE "text/html"

/* The files of custerr: what IIS shows a remote client. */
static const struct {
	unsigned status;
	const char *title;
	const char *sentence;
} customs[] = {
	{401, "401 - Unauthorized: Access is denied due to invalid credentials.",
		"You do not have permission to view this directory or page using the credentials "
		"that you supplied."},
	{403, "403 - Forbidden: Access is denied.",
		"You do not have permission to view this directory or page using the credentials "
		"that you supplied."},
	{404, "404 - File or directory not found.",
		"The resource you are looking for might have been removed, had its name changed, "
		"or is "
		"temporarily unavailable."},
	{405, "405 - HTTP verb used to access this page is not allowed.",
		"This page does not answer to the HTTP verb of the request."},
	{406, "406 - Not acceptable.",
		"The page is of no type that the client's Accept header allows."},
	{412, "412 - Precondition failed.",
		"A precondition in the headers of the request does not hold."},
	{431, "431 - Request header fields too large.",
		"The headers of the request are larger than the server takes."},
	{500, "500 - Internal server error.",
		"There is a problem with the resource you are looking for, and it cannot be "
		"displayed."},
	{501, "501 - Not implemented.",
		"The server does not know how to do what the request asks."},
	{502,
		"502 - Web server received an invalid response while acting as a gateway or proxy "
		"server.",
		"The server behind this one answered with something that is no HTTP response."},
};

const char *
pages_iis_custom(struct buffer *out, unsigned status)
{
	for (size_t i = 0; i < sizeof(customs) / sizeof(customs[0]); i++) {
		if (customs[i].status != status)
			continue;
		buffer_append_format(out,
			"<!DOCTYPE html>\r\n"
			"<html>\r\n<head>\r\n"
			"<meta http-equiv=\"Content-Type\" content=\"text/html; "
			"charset=iso-8859-1\"/>\r\n"
			"<title>%s</title>\r\n"
			"</head>\r\n<body>\r\n"
			"<h1>Server Error</h1>\r\n"
			"<h2>%s</h2>\r\n"
			"<h3>%s</h3>\r\n"
			"</body>\r\n</html>\r\n",
			customs[i].title, customs[i].title, customs[i].sentence);
		return HTML_TYPE;
	}
	buffer_append_text(out, "The custom error module does not recognize this error.");
	return HTML_TYPE;
}

const char *
pages_iis_moved(struct buffer *out, const char *location)
{
	buffer_append_text(out,
		"<head><title>Document Moved</title></head>\r\n"
		"<body><h1>Object Moved</h1>This document is now <a href=\"");
	html_escape(out, bytes_text(location));
	buffer_append_text(out, "\">here</a>.</body>\r\n");
	return HTML_TYPE;
}

/* Where in IIS an error arises; before authentication there is no user yet. */
struct origin {
	const char *module;
	const char *notification;
	const char *handler;
	bool user_known;
};

static const struct origin extension = {"IsapiModule", "ExecuteRequestHandler", "ISAPI-dll", true};
static const struct origin authentication = {
	"IIS Web Core", "AuthenticateRequest", "ISAPI-dll", false};
static const struct origin filtering = {
	"RequestFilteringModule", "BeginRequest", "StaticFile", false};
static const struct origin core = {"IIS Web Core", "MapRequestHandler", "StaticFile", true};

#define ANY_SUBSTATUS UINT32_MAX

/* The first row that fits is right. */
static const struct detailed {
	unsigned status;
	unsigned substatus;
	const char *reason;
	const struct origin *origin;
	const char *heading;
	const char *cause;
} details[] = {
	{401, 1, "Unauthorized", &authentication,
		"You do not have permission to view this directory or page using the credentials "
		"that you supplied.",
		"The user name or the password is wrong."},
	{401, ANY_SUBSTATUS, "Unauthorized", &authentication, "The server wants to know who asks.",
		"The request has no credentials of a kind that the server accepts."},
	{403, 0, "Forbidden", &extension,
		"You do not have permission to view this directory or page.",
		"This is a generic 403 error and means the authenticated user is not authorized to "
		"view the page."},
	{403, ANY_SUBSTATUS, "Forbidden", &core,
		"You do not have permission to view this directory or page.",
		"The server's configuration does not let this request through."},
	{404, 8, "Not Found", &filtering, "Request filtering hides a part of this path.",
		"The path has a segment that is listed as hidden."},
	{404, 11, "Not Found", &filtering, "Request filtering refuses what is escaped twice.",
		"The path changes when it is unescaped a second time."},
	{404, 13, "Not Found", &filtering, "Request filtering refuses a body of this size.",
		"The body is larger than maxAllowedContentLength."},
	{404, 14, "Not Found", &filtering, "Request filtering refuses a URL of this length.",
		"The path is longer than maxUrl."},
	{404, 15, "Not Found", &filtering, "Request filtering refuses a query of this length.",
		"The query string is longer than maxQueryString."},
	{404, ANY_SUBSTATUS, "Not Found", &core, "There is nothing at this address.",
		"Neither a file nor an application has this name."},
	{405, ANY_SUBSTATUS, "Method Not Allowed", &core,
		"This page does not answer to the HTTP verb of the request.",
		"No handler takes this verb."},
	{413, ANY_SUBSTATUS, "Request Entity Too Large", &filtering,
		"Request filtering refuses a body of this size.",
		"The body is larger than maxAllowedContentLength."},
	{500, ANY_SUBSTATUS, "Internal Server Error", &extension,
		"The page cannot be displayed because an internal server error has occurred.",
		"The extension failed; its event log may say at what."},
	{503, ANY_SUBSTATUS, "Service Unavailable", &core, "The service is unavailable.",
		"The application cannot run at the moment."},
};

/* What is known of a status that has no row. */
static const struct detailed unknown = {.reason = "Error",
	.origin = &core,
	.heading = "The request was not served.",
	.cause = "No more is known of this status."};

static const struct detailed *
find_detailed(unsigned status, unsigned substatus)
{
	for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
		if (details[i].status == status &&
			(details[i].substatus == substatus ||
				details[i].substatus == ANY_SUBSTATUS))
			return &details[i];
	return &unknown;
}

static void
append_row(struct buffer *out, const char *name, const char *value)
{
	buffer_append_format(out, "<tr><th>%s</th><td>", name);
	html_escape(out, bytes_text(value));
	buffer_append_text(out, "</td></tr>\r\n");
}

const char *
pages_iis_detailed(struct buffer *out, const struct pages_detail *detail)
{
	const struct detailed *row = find_detailed(detail->status, detail->substatus);
	const char *nobody = row->origin->user_known ? "Anonymous" : "Not yet determined";
	char code[sizeof("0x00000000")];

	/* The page shows an HRESULT where the W3C log shows a bare Win32 code. */
	snprintf(code, sizeof(code), "0x%08x", (unsigned)hresult_from_win32(detail->win32_status));
	buffer_append_format(out,
		"<!DOCTYPE html>\r\n"
		"<html>\r\n<head>\r\n"
		"<title>IIS %s Detailed Error - %u.%u - %s</title>\r\n"
		"</head>\r\n<body>\r\n"
		"<h3>HTTP Error %u.%u - %s</h3>\r\n"
		"<h4>%s</h4>\r\n"
		"<p>%s</p>\r\n"
		"<table>\r\n",
		detail->iis, detail->status, detail->substatus, row->reason, detail->status,
		detail->substatus, row->reason, row->heading, row->cause);
	append_row(out, "Module", row->origin->module);
	append_row(out, "Notification", row->origin->notification);
	append_row(out, "Handler", row->origin->handler);
	append_row(out, "Error Code", code);
	append_row(out, "Requested URL", detail->url);
	append_row(out, "Physical Path", detail->physical_path);
	append_row(out, "Logon Method", detail->user ? "Basic" : nobody);
	append_row(out, "Logon User", detail->user ? detail->user : nobody);
	buffer_append_text(out, "</table>\r\n</body>\r\n</html>\r\n");
	return HTML_TYPE;
}
