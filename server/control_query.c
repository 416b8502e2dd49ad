#include "server/control_query.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/options.h"
#include "common/percent.h"

/* A number or a boolean that cannot be read stays a text, which the check refuses. */
static json_t *
query_value(const struct control_field *field, const char *text)
{
	int64_t number;

	if (field && field->kind == CONTROL_NUMBER &&
		options_number(&number, text, INT64_MIN, INT64_MAX, NULL) == DONE)
		return json_integer(number);
	if (field && field->kind == CONTROL_BOOLEAN && strcmp(text, "true") == 0)
		return json_true();
	if (field && field->kind == CONTROL_BOOLEAN && strcmp(text, "false") == 0)
		return json_false();
	return json_string(text);
}

static void
add_parameter(struct control_problem *problem, json_t *object, const struct control_field *fields,
	const char *name, const char *text)
{
	const struct control_field *field = control_field_find(fields, name);
	json_t *value = query_value(field, text);
	struct diag diag = {0};

	if (value && !json_object_get(object, name)) {
		json_object_set_new(object, name, value);
		return;
	}
	json_decref(value);
	diag_refuse(&diag, name, NULL, "UTF-8 text, once", "%s",
		value ? "the parameter stands twice" : "a value that is not UTF-8");
	control_problem_add(problem, name, &diag);
}

/* Unescapes one side of a parameter; NULL when that cannot be done or gives a NUL. */
static char *
unescape(struct bytes raw)
{
	BUFFER_CLEANUP struct buffer text = {0};

	if (percent_decode(&text, raw, NULL) != DONE ||
		(text.size && memchr(text.data, 0, text.size)))
		return NULL;
	return text_copy(buffer_text(&text));
}

static void
take_parameter(struct control_problem *problem, json_t *object, const struct control_field *fields,
	struct bytes pair)
{
	const uint8_t *equals = pair.size ? memchr(pair.data, '=', pair.size) : NULL;
	size_t size = equals ? (size_t)(equals - pair.data) : pair.size;
	TEXT_CLEANUP char *name = unescape(BYTES(pair.data, size));
	TEXT_CLEANUP char *text = equals ? unescape(BYTES(equals + 1, pair.size - size - 1))
					 : text_copy("true"); /* "?redact" switches on */
	struct diag diag = {0};

	if (name && text) {
		add_parameter(problem, object, fields, name, text);
		return;
	}
	diag_refuse(&diag, "query", "RFC 3986 2.1", "% and two hexadecimal digits, no NUL",
		"an escape that cannot be read");
	control_problem_add(problem, name ? name : "query", &diag);
}

/* The check speaks of "/name"; a parameter is called by its bare name. */
static void
bare_names(struct control_problem *problem)
{
	size_t i;
	json_t *error;

	json_array_foreach(problem->errors, i, error)
	{
		const char *pointer = json_string_value(json_object_get(error, "pointer"));

		if (pointer[0] == '/')
			json_object_set_new(error, "pointer", json_string(pointer + 1));
	}
}

json_t *
control_query_read(
	struct control_problem *problem, const struct control_field *fields, struct bytes query)
{
	json_t *object = json_object();

	while (query.size) {
		const uint8_t *end = memchr(query.data, '&', query.size);
		size_t size = end ? (size_t)(end - query.data) : query.size;

		if (size)
			take_parameter(problem, object, fields, BYTES(query.data, size));
		size += end ? 1 : 0;
		query = BYTES(query.data + size, query.size - size);
	}
	control_field_check(problem, fields, object, "");
	bare_names(problem);
	return object;
}
