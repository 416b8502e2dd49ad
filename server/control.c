#include "server/control.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "common/memory.h"
#include "server/control_guard.h"
#include "server/control_query.h"
#include "server/control_route.h"
#include "server/operator_log.h"
#include "server/server.h"
#include "server/site_life.h"
#include "server/yaml_tree.h"

/* A body, and so what its tree takes, is bounded; so is how deep it may be. */
#define BODY_MAX  (256 * 1024)
#define DEPTH_MAX 32

#define SITE_PATH "/v1/sites/{site}"

struct control {
	struct server *server;
	struct http_service service;
	char *token;
};

/* --- the head ---------------------------------------------------------------------- */

/* RFC 9112 6.3: what is said of the length of the body must be clear; and 3: a line has no NUL. */
static bool
is_readable(struct control_call *call)
{
	const struct request *request = &call->http->request;

	if (request->method_is_cut || request->target_is_cut)
		control_refuse(call, 400, "there is a NUL in the request line");
	else if (request->invalid_length)
		control_refuse(call, 400,
			"Content-Length is to be one number; there are two, or it is none");
	else if (request->unknown_coding)
		control_refuse(
			call, 501, "of all transfer codings, only \"chunked\" is understood");
	return !control_problem_is_set(&call->problem);
}

static void
take_head(struct control_call *call, const struct control *control)
{
	struct http_exchange *http = call->http;
	BUFFER_CLEANUP struct buffer allow = {0};

	if (!control_guard_admit(call, control->token) || !is_readable(call))
		return;
	if (!control_route_find(call, http->request.method, http->request.path, &allow)) {
		if (allow.size)
			response_add_header(&http->response, "Allow", buffer_text(&allow));
		return;
	}
	call->query = control_query_read(&call->problem, call->route->query, http->request.query);
}

/* Answers with the problem, and with the headers that came with it. */
static enum http_step
answer_problem(struct control_call *call)
{
	struct response head = call->http->response;

	call->http->response = (struct response){0};
	if (!call->problem.status)
		call->problem.status = 422;
	control_answer_problem(call);
	for (size_t i = 0; i < head.header_count; i++)
		response_add_header(
			&call->http->response, head.headers[i].name, head.headers[i].value);
	response_done(&head);
	return HTTP_ANSWER;
}

static enum http_step
control_headers(void *context, struct http_exchange *http)
{
	const struct control *control = context;
	struct control_call *call = memory_new(1, sizeof(*call));

	http->data = call;
	http->body_limit = BODY_MAX;
	call->server = control->server;
	call->http = http;
	take_head(call, control);
	return control_problem_is_set(&call->problem) ? answer_problem(call) : HTTP_READ_BODY;
}

/* --- the body ---------------------------------------------------------------------- */

/* Returns whether brackets are never deeper than allowed; those within texts do not count. */
static bool
is_shallow(struct bytes text)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];

		if (quoted && byte == '\\')
			i++;
		else if (byte == '"')
			quoted = !quoted;
		else if (!quoted && (byte == '{' || byte == '['))
			depth++;
		else if (!quoted && (byte == '}' || byte == ']'))
			depth--;
		if (depth > DEPTH_MAX)
			return false;
	}
	return true;
}

/* RFC 9512 2. */
static bool
is_yaml(const struct request *request)
{
	static const char *const types[] = {
		"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"};
	const char *type = request_header(request, "Content-Type");
	size_t size = type ? strcspn(type, "; ") : 0;

	for (size_t i = 0; type && i < sizeof(types) / sizeof(types[0]); i++)
		if (size == strlen(types[i]) && strncasecmp(type, types[i], size) == 0)
			return true;
	return false;
}

/* The files of rules and profiles are YAML, and can be sent as they are. */
static void
parse_yaml(struct control_call *call, struct bytes text)
{
	YAML_TREE_CLEANUP struct yaml_tree tree = {0};
	struct diag diag = {0};

	if (yaml_tree_read(&tree, "body", text, &diag) == DONE)
		call->body = json_incref(tree.root);
	else
		control_refuse_outcome(call, REFUSED, 400, &diag);
}

static void
parse_json(struct control_call *call, struct bytes text)
{
	json_error_t error;

	if (!is_shallow(text)) {
		control_refuse(call, 400, "the body nests deeper than %d", DEPTH_MAX);
		return;
	}
	call->body = json_loadb((const char *)text.data, text.size,
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!call->body)
		control_refuse(call, 400, "the body is no JSON: line %d, column %d: %s", error.line,
			error.column, error.text);
}

static void
take_body(struct control_call *call)
{
	struct http_exchange *http = call->http;
	const struct control_route *route = call->route;

	if (http->body_size > BODY_MAX) {
		control_refuse(call, 413, "a body of %llu bytes; at most %d are taken",
			(unsigned long long)http->body_size, BODY_MAX);
		return;
	}
	if (http->body_size == 0) {
		if (route->body_required)
			control_refuse(call, 422, "%s %s takes a JSON object, and there is no body",
				route->method, route->path);
		return;
	}
	if (!route->body) {
		control_refuse(call, 400, "%s %s takes no body", route->method, route->path);
		return;
	}
	if (is_yaml(&http->request))
		parse_yaml(call, buffer_bytes(&http->request.body));
	else
		parse_json(call, buffer_bytes(&http->request.body));
	if (call->body)
		control_field_check(&call->problem, route->body, call->body, "");
}

/* The site stays in the table while this thread is busy with the call, and no longer. */
static void
find_site(struct control_call *call)
{
	const struct site_table *sites = &call->server->sites;
	const char *name = call->parameters[0];
	const char **known;

	call->site = sites->sites[0];
	if (strncmp(call->route->path, SITE_PATH, strlen(SITE_PATH)) != 0 ||
		call->route->makes_site)
		return;
	site_life_sweep(call->server);
	call->site = site_table_find(sites, bytes_text(name));
	if (call->site)
		return;
	known = memory_new(sites->count, sizeof(*known));
	for (size_t i = 0; i < sites->count; i++)
		known[i] = sites->sites[i]->name;
	control_refuse_unknown(call, "site", name, known, sites->count);
	free(known);
}

static enum http_step
finish(struct control_call *call)
{
	if (control_problem_is_set(&call->problem))
		return answer_problem(call);
	if (call->works)
		return call->works_long ? HTTP_WORK_LONG : HTTP_WORK;
	return call->waits ? HTTP_WAIT : HTTP_ANSWER;
}

/* A route without `run` works from the start. */
static void
run(struct control_call *call)
{
	call->works = !call->route->run;
	if (call->route->run)
		call->route->run(call);
	call->holds_site = call->works && call->site;
	if (call->holds_site)
		site_hold(call->site);
	else
		call->site = NULL;
}

static enum http_step
control_body(void *context, struct http_exchange *http)
{
	struct control_call *call = http->data;

	take_body(call);
	if (!control_problem_is_set(&call->problem))
		find_site(call);
	if (!control_problem_is_set(&call->problem))
		run(call);
	return finish(call);
}

/* --- later -------------------------------------------------------------------------- */

static enum http_step
control_again(void *context, struct http_exchange *http, bool due)
{
	struct control_call *call = http->data;

	call->waits = false;
	call->route->again(call, due);
	return finish(call);
}

static void
control_work(void *context, struct http_exchange *http)
{
	struct control_call *call = http->data;

	call->route->work(call);
}

static void
control_worked(void *context, struct http_exchange *http)
{
	struct control_call *call = http->data;

	call->works = false;
	if (!control_problem_is_set(&call->problem) && call->route->again)
		call->route->again(call, false);
	finish(call);
}

static ssize_t
control_more(void *context, struct http_exchange *http, uint8_t *out, size_t room, bool due)
{
	struct control_call *call = http->data;

	return call->route->more(call, out, room, due);
}

/* What changes something is told to the person at the server. */
static void
tell(const struct control_call *call)
{
	const struct request *request = &call->http->request;
	BUFFER_CLEANUP struct buffer line = {0};
	char time[CLOCK_TEXT_SIZE];

	if (call->server->quiet || strcmp(request->method, "GET") == 0 || !call->route)
		return;
	clock_text(time, clock_now_ms(&call->server->clock));
	buffer_append_format(&line, "%.12s control %s %.*s -> %u\n", time + 11, request->method,
		(int)(request->path.size < 200 ? request->path.size : 200),
		(const char *)request->path.data, call->http->response.status);
	operator_log_write(buffer_bytes(&line));
}

static void
control_finished(void *context, struct http_exchange *http)
{
	tell(http->data);
	control_call_free(http->data);
	http->data = NULL;
}

struct control *
control_new(struct server *server, const char *token)
{
	struct control *control = memory_new(1, sizeof(*control));

	control->server = server;
	control->token = text_copy(token);
	control->service = (struct http_service){
		.context = control,
		.is_control = true,
		.headers = control_headers,
		.body = control_body,
		.work = control_work,
		.worked = control_worked,
		.again = control_again,
		.more = control_more,
		.finished = control_finished,
	};
	return control;
}

const struct http_service *
control_service(const struct control *control)
{
	return &control->service;
}

bool
control_has_token(const struct control *control)
{
	return control->token != NULL;
}

void
control_free(struct control *control)
{
	if (!control)
		return;
	free(control->token);
	free(control);
}
