/*
 * Calls of the control API, from the request line to the answer, on a server in this process: routes,
 * queries, and bodies in JSON and YAML.
 *
 * An answer is of a status that the route has, and is what its Content-Type says; what was refused has
 * words and changes nothing.
 */
#include <jansson.h>
#include <string.h>

#include "common/memory.h"
#include "server/control.h"
#include "server/control_call.h"
#include "server/control_route.h"

#include "tests/fuzz/deployment.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/http_text.h"
#include "tests/fuzz/oracle.h"

static struct deployment deployment;
static char *settings_before, *sites_before;

/* Plays a request and returns the answer's body. */
static char *
ask(const char *target)
{
	const struct http_service *service = control_service(deployment.server->control);
	TEXT_CLEANUP char *text = text_format("GET %s HTTP/1.1\r\n\r\n", target);
	struct http_text request;
	char *body;

	http_text_read(&request, bytes_text(text));
	http_text_play(&request, service);
	HOLD(request.exchange.response.status == 200);
	body = text_copy(buffer_text(&request.exchange.response.body));
	http_text_done(&request, service);
	return body;
}

/* Something for the journal, the store and the lists to have. */
static void
enrol(const char *text)
{
	struct http_text request;

	http_text_read(&request, bytes_text(text));
	http_text_play(&request, &deployment.devices);
	http_text_done(&request, &deployment.devices);
}

static void
begin_anew(void)
{
	deployment_reset(&deployment);
	enrol("GET /certsrv/mscep/mscep.dll?operation=GetCACaps HTTP/1.1\r\nHost: a\r\n\r\n");
	enrol("GET /site/lab/certsrv/mscep/mscep.dll?operation=GetCACaps HTTP/1.1\r\nHost: "
	      "a\r\n\r\n");
	enrol("GET /certsrv/mscep/?operation=%00 HTTP/1.1\r\nHost: a\r\n\r\n");
	free(settings_before);
	free(sites_before);
	settings_before = ask("/v1/sites/default/settings");
	sites_before = ask("/v1/sites");
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	deployment_new(&deployment, NULL);
	begin_anew();
	return 0;
}

static void
hold_json(struct buffer *body)
{
	json_error_t error;
	json_t *value = json_loadb((const char *)body->data, body->size,
		JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

	HOLD(value);
	json_decref(value);
}

static void
hold_problem(struct buffer *body, unsigned status)
{
	json_t *value = json_loadb((const char *)body->data, body->size, JSON_ALLOW_NUL, NULL);
	json_t *errors = json_object_get(value, "errors");

	HOLD(json_integer_value(json_object_get(value, "status")) == status);
	HOLD(json_object_get(value, "detail") || json_array_size(errors) > 0);
	json_decref(value);
}

static bool
is_success(const struct http_exchange *exchange)
{
	return exchange->response.status < 300;
}

static void
hold_answer(struct http_exchange *exchange)
{
	const struct control_call *call = exchange->data;
	struct response *response = &exchange->response;
	const char *type = response->content_type;

	if (call->waits) /* for what nobody does here; the client leaves */
		return;
	HOLD(response->status >= 200 && response->status < 600 && response->status != 500);
	if (is_success(exchange))
		HOLD(call->route &&
			(response->status == call->route->success ||
				(response->status == 201 && call->route->may_create)));
	if (response->status != 204)
		HOLD(type && (response->body.size || response->endless));
	if (type && strcmp(type, "application/json") == 0)
		hold_json(&response->body);
	if (!is_success(exchange) && type && strcmp(type, "application/problem+json") == 0)
		hold_problem(&response->body, response->status);
}

static void
hold_unchanged(void)
{
	TEXT_CLEANUP char *settings = ask("/v1/sites/default/settings");
	TEXT_CLEANUP char *sites = ask("/v1/sites");

	HOLD(strcmp(settings, settings_before) == 0);
	HOLD(strcmp(sites, sites_before) == 0);
}

/* New keys for a CA of a site's own would take longer than an input may; nobody's bytes go into them. */
static void
work(void *context, struct http_exchange *exchange)
{
	struct control_call *call = exchange->data;

	if (json_object_get(call->body, "ca"))
		control_refuse(call, 422, "no keys are made here");
	else
		control_service(deployment.server->control)->work(context, exchange);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_service service = *control_service(deployment.server->control);
	struct http_text request;
	bool changes, refused;

	service.work = work;
	http_text_read(&request, BYTES(data, size));
	http_text_play(&request, &service);
	hold_answer(&request.exchange);
	changes = strcmp(request.exchange.request.method, "GET") != 0;
	refused = request.exchange.response.status >= 300;
	http_text_done(&request, &service);
	if (changes && refused)
		hold_unchanged();
	else if (changes)
		begin_anew();
	return 0;
}
