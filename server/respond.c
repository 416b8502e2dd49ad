#include "server/respond.h"

#include <string.h>

#include "common/memory.h"
#include "server/application.h"
#include "server/exchange.h"
#include "server/fault_note.h"
#include "server/server.h"
#include "server/server_version.h"

#define HTTP_SYS_SERVER "Microsoft-HTTPAPI/2.0"

static bool
wants_detailed_page(const struct exchange *exchange)
{
	const struct request *request = &exchange->http->request;

	switch ((enum error_mode)exchange->settings->error_mode) {
	case ERROR_MODE_CUSTOM:
		return false;
	case ERROR_MODE_DETAILED:
		return true;
	case ERROR_MODE_DETAILED_LOCAL_ONLY:
		break;
	}
	return strcmp(request->client_address, request->server_address) == 0;
}

static void
render_iis_page(struct exchange *exchange)
{
	struct response *response = &exchange->http->response;
	const struct application *application = exchange->route.application;
	struct pages_detail detail = {
		.iis = server_version_row(exchange->settings->server_version)->iis,
		.status = response->status,
		.substatus = response->substatus,
		.win32_status = response->win32_status,
		.url = exchange->http->request.target,
		.physical_path = application ? application->physical_path : "C:\\inetpub\\wwwroot",
		.user = exchange->route.user,
	};

	response->content_type = wants_detailed_page(exchange)
		? pages_iis_detailed(&response->body, &detail)
		: pages_iis_custom(&response->body, response->status);
}

static void
render_page(struct exchange *exchange)
{
	struct response *response = &exchange->http->response;

	if (response->from == RESPONSE_FROM_HTTP_SYS) {
		response->content_type = "text/html; charset=us-ascii";
		pages_http_sys(&response->body, exchange->http_sys_error);
	} else if (response->from == RESPONSE_FROM_IIS && response->status >= 300 &&
		response->body.size == 0) {
		render_iis_page(exchange);
	}
}

/* RFC 9110 5.6.7, by the deployment's clock. */
static void
add_date(struct exchange *exchange)
{
	char date[CLOCK_TEXT_SIZE];

	response_add_header(&exchange->http->response, "Date",
		clock_http_text(date, clock_now(&exchange->site->clock)));
}

static void
add_server(struct exchange *exchange)
{
	struct response *response = &exchange->http->response;

	switch (response->from) {
	case RESPONSE_FROM_HTTP_SYS:
		response_add_header(response, "Server", HTTP_SYS_SERVER);
		return;
	case RESPONSE_FROM_IIS:
	case RESPONSE_FROM_MSCEP:
		response_add_header(response, "Server",
			server_version_row(exchange->settings->server_version)->server);
		return;
	case RESPONSE_FROM_MOCK:
		response_add_header(response, "Server", "mock-ndes/" MOCK_NDES_VERSION);
		return;
	case RESPONSE_FROM_NOBODY:
	case RESPONSE_FROM_PROXY:
	case RESPONSE_FROM_HTTP_LIBRARY:
		return;
	}
}

static void
add_headers(struct exchange *exchange)
{
	struct response *response = &exchange->http->response;
	const struct settings *settings = exchange->settings;
	bool iis = response->from == RESPONSE_FROM_IIS || response->from == RESPONSE_FROM_MSCEP;
	BUFFER_CLEANUP struct buffer text = {0};

	add_server(exchange);
	if (settings->x_powered_by && iis)
		response_add_header(response, "X-Powered-By", "ASP.NET");
	add_date(exchange);
	if (settings->faithful)
		return;
	buffer_append_decimal(&text, (int64_t)exchange->number);
	response_add_header(response, "X-Mock-Request", buffer_text(&text));
	buffer_clear(&text);
	fault_note_list(&text, exchange, ", ");
	if (text.size)
		response_add_header(response, "X-Mock-Fault", buffer_text(&text));
}

int
respond_run(struct exchange *exchange)
{
	render_page(exchange);
	add_headers(exchange);
	return STAGE_NEXT;
}
