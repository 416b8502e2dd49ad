#include "server/proxy.h"

#include <string.h>

#include "common/memory.h"
#include "server/exchange.h"
#include "server/pages_proxy.h"

/* What request filtering's default would let through, where something on the way cuts queries. */
#define QUERY_CUT 2048

/* The real waits: 85 seconds, and 180 with "Long" (ndes-behaviour 7.1, S8). */
#define BACKEND_TIMEOUT_DEFAULT_MS 85000
#define BACKEND_TIMEOUT_LONG_MS    180000

static int64_t
gateway_timeout(const struct settings *settings)
{
	if (!settings->real_timing)
		return settings->gateway_timeout;
	return settings->backend_application_timeout == BACKEND_TIMEOUT_LONG
		? BACKEND_TIMEOUT_LONG_MS
		: BACKEND_TIMEOUT_DEFAULT_MS;
}

/* Statuses and literals: ndes-behaviour 5.9; 504, 502 and 403 are second-hand. */
static const struct {
	unsigned status;
	const char *code; /* as the page shows it */
	bool waits;       /* until the connector does not answer */
} answers[] = {
	[PROXY_CONNECTOR_STOPPED] = {504, "GatewayTimeout", true},
	[PROXY_BACKEND_UNREACHABLE] = {502, "BadGateway", false},
	[PROXY_USER_NOT_ASSIGNED] = {403, "Forbidden", false},
};

static int
answer(struct exchange *exchange, int state)
{
	struct response *response = &exchange->http->response;

	response_set(response, RESPONSE_FROM_PROXY, answers[state].status, 0, 0);
	response->content_type = pages_proxy_error(&response->body, answers[state].code);
	if (answers[state].waits)
		exchange->http->send.delay_ms = gateway_timeout(exchange->settings);
	return STAGE_ANSWERED;
}

/* Pre-authentication that is not passed through: devices are sent to a page for people. */
static int
redirect_to_sign_in(struct exchange *exchange)
{
	struct response *response = &exchange->http->response;

	response_set(response, RESPONSE_FROM_PROXY, 302, 0, 0);
	response_add_header(
		response, "Location", "https://login.microsoftonline.com/common/oauth2/authorize");
	response->content_type = pages_proxy_sign_in(&response->body);
	return STAGE_ANSWERED;
}

/* Sends on another target than came; it lives as long as the exchange. */
static void
replace_query(struct exchange *exchange, const char *query, size_t size)
{
	struct request *request = &exchange->http->request;
	const char *sent = request->sent_target;

	exchange->proxied_target = text_format("%.*s?%.*s", (int)request->path.size,
		(const char *)request->path.data, (int)size, query);
	request_set_target(request, exchange->proxied_target);
	request->sent_target = sent;
}

static void
cut_query(struct exchange *exchange)
{
	struct bytes query = exchange->http->request.query;

	if (query.size <= QUERY_CUT)
		return;
	exchange_note_setting(exchange, "application_proxy_query");
	replace_query(exchange, (const char *)query.data, QUERY_CUT);
}

/* As a proxy does that takes the query for a form (ndes-behaviour 7.4, P18). */
static void
blank_pluses(struct exchange *exchange)
{
	struct bytes query = exchange->http->request.query;
	TEXT_CLEANUP char *text = text_copy_size((const char *)query.data, query.size);

	if (!strchr(text, '+'))
		return;
	exchange_note_setting(exchange, "application_proxy_query");
	for (size_t i = 0; i < query.size; i++)
		if (text[i] == '+')
			text[i] = ' ';
	replace_query(exchange, text, query.size);
}

static void
pass_on(struct exchange *exchange)
{
	int how = exchange->settings->application_proxy_query;

	if (how == PROXY_QUERY_INTACT || exchange->http->request.query.size == 0)
		return;
	if (how == PROXY_QUERY_CUT)
		cut_query(exchange);
	else
		blank_pluses(exchange);
}

int
proxy_run(struct exchange *exchange)
{
	int state = exchange->settings->application_proxy;

	if (state > PROXY_RUNNING)
		exchange_note_setting(exchange, "application_proxy");
	switch ((enum application_proxy)state) {
	case PROXY_NONE:
	case PROXY_RUNNING:
		break;
	case PROXY_SIGN_IN_REDIRECT:
		return redirect_to_sign_in(exchange);
	case PROXY_CONNECTOR_STOPPED:
	case PROXY_BACKEND_UNREACHABLE:
	case PROXY_USER_NOT_ASSIGNED:
		return answer(exchange, state);
	}
	pass_on(exchange);
	return STAGE_NEXT;
}
