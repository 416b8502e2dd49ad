#include "server/control_problem.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/utf8.h"

static const struct {
	unsigned status;
	const char *phrase;
} phrases[] = {
	{200, "OK"},
	{201, "Created"},
	{204, "No Content"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{413, "Content Too Large"},
	{422, "Unprocessable Content"},
	{500, "Internal Server Error"},
	{503, "Service Unavailable"},
};

const char *
control_status_phrase(unsigned status)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Error";
}

void
control_problem_done(struct control_problem *problem)
{
	free(problem->detail);
	json_decref(problem->members);
	json_decref(problem->errors);
	*problem = (struct control_problem){0};
}

/* Words are cut anywhere, and may have what a stranger sent in them: JSON takes UTF-8 alone. */
static json_t *
readable(const char *words)
{
	BUFFER_CLEANUP struct buffer text = {0};
	struct bytes rest = bytes_text(words);

	while (rest.size) {
		size_t size = utf8_size(rest), step = size ? size : 1;

		buffer_append(&text, size ? BYTES(rest.data, size) : bytes_text(UTF8_REPLACEMENT));
		rest = BYTES(rest.data + step, rest.size - step);
	}
	return json_string(buffer_text(&text));
}

/* "found; expected wanted", without the object, which is the place. */
static json_t *
message(const struct diag *diag)
{
	TEXT_CLEANUP char *words =
		text_format("%s%s%s%s%s", diag->clause, diag->clause[0] ? ": " : "", diag->found,
			diag->wanted[0] ? "; expected " : "", diag->wanted);

	return readable(words);
}

void
control_problem_add(struct control_problem *problem, const char *pointer, const struct diag *diag)
{
	const char *hint = strstr(diag->found, "did you mean ");
	json_t *error;

	if (!problem->errors)
		problem->errors = json_array();
	if (control_problem_is_full(problem))
		return;
	error = json_pack("{s:o, s:o}", "pointer", readable(pointer), "message", message(diag));
	if (hint)
		json_object_set_new(error, "hint", readable(hint));
	json_array_append_new(problem->errors, error);
}

bool
control_problem_is_set(const struct control_problem *problem)
{
	return problem->detail || problem->errors;
}

bool
control_problem_is_full(const struct control_problem *problem)
{
	return json_array_size(problem->errors) == CONTROL_ERRORS_MAX;
}

json_t *
control_problem_json(const struct control_problem *problem)
{
	json_t *json = json_pack("{s:s, s:s, s:i}", "type", "about:blank", "title",
		control_status_phrase(problem->status), "status", (int)problem->status);
	const json_t *first = json_array_get(problem->errors, 0);

	if (problem->detail)
		json_object_set_new(json, "detail", readable(problem->detail));
	else if (first)
		json_object_set_new(json, "detail",
			json_sprintf("%s: %s", json_string_value(json_object_get(first, "pointer")),
				json_string_value(json_object_get(first, "message"))));
	if (problem->errors)
		json_object_set(json, "errors", problem->errors);
	if (problem->members)
		json_object_update_missing(json, problem->members);
	return json;
}
