#include "server/control_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/suggestion.h"
#include "server/site.h"

/* How many known names are told to who asked for an unknown one. */
#define KNOWN_MAX 20

void
control_call_free(struct control_call *call)
{
	if (!call)
		return;
	if (call->kept)
		call->release(call->kept);
	if (call->holds_site)
		site_release(call->site);
	for (size_t i = 0; i < CONTROL_PARAMETERS_MAX; i++)
		free(call->parameters[i]);
	json_decref(call->query);
	json_decref(call->body);
	control_problem_done(&call->problem);
	free(call);
}

static void
begin(struct control_call *call, unsigned status, const char *content_type)
{
	struct response *response = &call->http->response;

	response_done(response);
	response_set(response, RESPONSE_FROM_MOCK, status, 0, 0);
	response->content_type = content_type;
	response_add_header(response, "Server", "mock-ndes/" MOCK_NDES_VERSION);
	response_add_header(response, "Cache-Control", "no-store");
}

static void
write_json(struct control_call *call, json_t *json)
{
	char *text = json_dumps(json, JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	if (!text)
		memory_exhausted();
	buffer_append_text(&call->http->response.body, text);
	buffer_append_byte(&call->http->response.body, '\n');
	free(text);
	json_decref(json);
}

void
control_answer(struct control_call *call, unsigned status, json_t *json)
{
	begin(call, status, json ? "application/json" : NULL);
	if (json)
		write_json(call, json);
}

void
control_answer_created(struct control_call *call, const char *location, json_t *json)
{
	control_answer(call, 201, json);
	response_add_header(&call->http->response, "Location", location);
}

void
control_answer_text(struct control_call *call, const char *content_type, struct buffer *body)
{
	begin(call, 200, content_type);
	call->http->response.body = *body;
	*body = (struct buffer){0};
}

void
control_answer_problem(struct control_call *call)
{
	begin(call, call->problem.status, "application/problem+json");
	write_json(call, control_problem_json(&call->problem));
}

void
control_refuse(struct control_call *call, unsigned status, const char *detail, ...)
{
	char words[1024];
	va_list arguments;

	va_start(arguments, detail);
	vsnprintf(words, sizeof(words), detail, arguments);
	va_end(arguments);
	call->problem.status = status;
	free(call->problem.detail);
	call->problem.detail = text_copy(words);
}

void
control_refuse_at(struct control_call *call, const char *pointer, const struct diag *diag)
{
	call->problem.status = 422;
	control_problem_add(&call->problem, pointer, diag);
}

void
control_refuse_outcome(
	struct control_call *call, int outcome, unsigned status, const struct diag *diag)
{
	char words[DIAG_TEXT_SIZE];

	control_refuse(call, outcome < 0 ? 500 : status, "%s", diag_text(words, diag));
}

void
control_refuse_unknown(struct control_call *call, const char *what, const char *name,
	const char *const *known, size_t count)
{
	struct suggestion suggestion = suggestion_start(name);
	BUFFER_CLEANUP struct buffer words = {0};

	for (size_t i = 0; i < count; i++)
		suggestion_offer(&suggestion, known[i]);
	buffer_append_format(&words, "no %s \"%.80s\"", what, name);
	if (suggestion.nearest)
		buffer_append_format(&words, "; did you mean %s?", suggestion.nearest);
	else
		buffer_append_text(&words, count ? ";" : "; there is none");
	for (size_t i = 0; i < count && i < KNOWN_MAX; i++)
		buffer_append_format(&words, "%s%s", i ? ", " : " there is ", known[i]);
	if (count > KNOWN_MAX)
		buffer_append_format(&words, " and %zu more", count - KNOWN_MAX);
	control_refuse(call, 404, "%s", buffer_text(&words));
}
