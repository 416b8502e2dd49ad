#include "server/action_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"
#include "common/memory.h"
#include "common/scep.h"
#include "common/size.h"
#include "common/suggestion.h"
#include "common/utf8.h"
#include "server/condition.h"
#include "server/yaml_tree.h"

static int
refuse(const struct action_argument *argument, struct diag *diag, const char *found)
{
	BUFFER_CLEANUP struct buffer range = {0};

	action_value_write_range(&range, argument);
	return diag_refuse(diag, argument->name, NULL, buffer_text(&range), "%s", found);
}

static int
refuse_type(const struct action_argument *argument, const json_t *value, struct diag *diag)
{
	return refuse(argument, diag, yaml_tree_type_name(value));
}

/* A refusal by a function that knows no name. */
static int
name_refusal(int result, const struct action_argument *argument, struct diag *diag)
{
	if (result != DONE && diag)
		snprintf(diag->object, sizeof(diag->object), "%s", argument->name);
	return result;
}

static int
check_range(const struct action_argument *argument, int64_t number, const json_t *value,
	struct diag *diag)
{
	TEXT_CLEANUP char *found = NULL;

	if (number >= argument->min && number <= argument->max)
		return DONE;
	found = json_dumps(value, JSON_ENCODE_ANY);
	return refuse(argument, diag, found);
}

static int
read_number(struct action_value *out, const struct action_argument *argument, const json_t *value,
	struct diag *diag)
{
	if (!json_is_integer(value))
		return refuse_type(argument, value, diag);
	out->number = json_integer_value(value);
	return check_range(argument, out->number, value, diag);
}

/* Shares are from 0 to 1 here; some tools take per cent, and 5 would mean "always". */
static int
read_share(struct action_value *out, const struct action_argument *argument, const json_t *value,
	struct diag *diag)
{
	double share = json_number_value(value);

	if (!json_is_number(value))
		return refuse_type(argument, value, diag);
	if (share > 1 && share <= 100)
		return diag_refuse(diag, argument->name, NULL, NULL,
			"%g, which is no share of 1; for %g per cent write %g", share, share,
			share / 100);
	if (!(share >= 0 && share <= 1))
		return check_range(argument, -1, value, diag);
	out->number = (int64_t)(share * VALUE_SHARE_WHOLE + 0.5);
	return DONE;
}

static int
read_duration(struct action_value *out, const struct action_argument *argument, const json_t *value,
	struct diag *diag)
{
	if (!json_is_string(value))
		return refuse_type(argument, value, diag);
	if (duration_parse(&out->number, json_string_value(value), false, diag) != DONE)
		return name_refusal(REFUSED, argument, diag);
	return check_range(argument, out->number, value, diag);
}

static int
read_size(struct action_value *out, const struct action_argument *argument, const json_t *value,
	struct diag *diag)
{
	if (json_is_integer(value))
		return read_number(out, argument, value, diag);
	if (!json_is_string(value))
		return refuse_type(argument, value, diag);
	if (size_parse(&out->number, json_string_value(value), diag) != DONE)
		return name_refusal(REFUSED, argument, diag);
	return check_range(argument, out->number, value, diag);
}

static int
refuse_word(const struct action_argument *argument, const struct suggestion *suggestion,
	struct diag *diag)
{
	BUFFER_CLEANUP struct buffer range = {0};
	TEXT_CLEANUP char *what = text_format("\"%s\" is no choice", suggestion->word);

	action_value_write_range(&range, argument);
	return suggestion_refuse(suggestion, argument->name, what, "", buffer_text(&range), diag);
}

static int
read_choice(struct action_value *out, const struct action_argument *argument, const json_t *value,
	struct diag *diag)
{
	struct suggestion suggestion;

	if (!json_is_string(value))
		return refuse_type(argument, value, diag);
	suggestion = suggestion_start(json_string_value(value));
	for (int i = 0; argument->choices[i]; i++) {
		if (strcmp(argument->choices[i], suggestion.word) == 0) {
			out->number = i;
			return DONE;
		}
		suggestion_offer(&suggestion, argument->choices[i]);
	}
	return refuse_word(argument, &suggestion, diag);
}

static int
read_message_type(struct action_value *out, const struct action_argument *argument,
	const json_t *value, struct diag *diag)
{
	struct suggestion suggestion;
	const char *name;

	if (json_is_integer(value)) {
		out->number = json_integer_value(value);
		return out->number >= 0 && out->number <= MESSAGE_TYPE_MAX
			? DONE
			: check_range(argument, -1, value, diag);
	}
	if (!json_is_string(value))
		return refuse_type(argument, value, diag);
	suggestion = suggestion_start(json_string_value(value));
	for (size_t i = 0; (name = scep_message_type_name_at(&out->number, i)); i++) {
		if (strcmp(name, suggestion.word) == 0)
			return DONE;
		suggestion_offer(&suggestion, name);
	}
	return refuse_word(argument, &suggestion, diag);
}

/* What stands in an answer's head must not begin another header; a body is read by strangers. */
static bool
is_printable(const char *text)
{
	struct bytes rest = bytes_text(text);

	while (rest.size) {
		size_t size = utf8_size(rest);

		if (size == 0 || rest.data[0] == 0x7f ||
			(rest.data[0] < ' ' && !strchr("\t\r\n", rest.data[0])))
			return false;
		rest = BYTES(rest.data + size, rest.size - size);
	}
	return true;
}

static int
read_text(struct action_value *out, const struct action_argument *argument, const json_t *value,
	struct diag *diag)
{
	const char *text = json_string_value(value);
	size_t size = json_string_length(value);
	TEXT_CLEANUP char *found = text_format("a text of %zu bytes", size);

	if (json_is_null(value) && argument->min == 0)
		return DONE;
	if (!text)
		return refuse_type(argument, value, diag);
	if ((int64_t)size < argument->min || (int64_t)size > argument->max)
		return refuse(argument, diag, found);
	if (!is_printable(text))
		return diag_refuse(diag, argument->name, NULL, "UTF-8 without control characters",
			"a text that cannot be printed");
	if (argument->check && argument->check(text, diag) != DONE)
		return name_refusal(REFUSED, argument, diag);
	out->text = text_copy(text);
	return DONE;
}

static int
read_on(struct action_value *out, const struct action_argument *argument, const json_t *value,
	struct diag *diag)
{
	out->number = 1;
	return json_is_true(value) ? DONE : refuse_type(argument, value, diag);
}

static int (*const readers[])(struct action_value *out, const struct action_argument *argument,
	const json_t *value, struct diag *diag) = {
	[VALUE_NUMBER] = read_number,
	[VALUE_SHARE] = read_share,
	[VALUE_DURATION] = read_duration,
	[VALUE_SIZE] = read_size,
	[VALUE_CHOICE] = read_choice,
	[VALUE_MESSAGE_TYPE] = read_message_type,
	[VALUE_TEXT] = read_text,
	[VALUE_ON] = read_on,
};

int
action_value_read(struct action_value *out, const struct action_argument *argument,
	const json_t *value, struct diag *diag)
{
	return readers[argument->kind](out, argument, value, diag);
}

/* A standard is a constant of ours, written as a rule would have it. */
void
action_value_set_standard(struct action_value *out, const struct action_argument *argument)
{
	bool number = argument->kind == VALUE_NUMBER || argument->kind == VALUE_SHARE;
	json_t *value;

	if (!argument->standard[0])
		return;
	value = number ? json_loads(argument->standard, JSON_DECODE_ANY, NULL)
		       : json_string(argument->standard);
	if (!value)
		memory_exhausted();
	action_value_read(out, argument, value, NULL);
	json_decref(value);
}

void
action_value_write_duration(struct buffer *out, int64_t ms)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"d", 24 * 3600 * 1000}, {"h", 3600 * 1000}, {"m", 60 * 1000}, {"s", 1000}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ms < units[i].ms || ms % units[i].ms != 0)
			continue;
		buffer_append_format(out, "%" PRId64 "%s", ms / units[i].ms, units[i].name);
		return;
	}
	buffer_append_format(out, "%" PRId64 "ms", ms);
}

static void
write_words(struct buffer *out, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		buffer_append_format(out, "%s%s",
			i == 0                 ? ""
				: words[i + 1] ? ", "
					       : " or ",
			words[i]);
}

void
action_value_write_range(struct buffer *out, const struct action_argument *argument)
{
	switch (argument->kind) {
	case VALUE_NUMBER:
		buffer_append_format(out, "%" PRId64 " to %" PRId64, argument->min, argument->max);
		return;
	case VALUE_SHARE:
		buffer_append_text(out, "0 to 1");
		return;
	case VALUE_DURATION:
		buffer_append_text(out, "a duration from ");
		action_value_write_duration(out, argument->min);
		buffer_append_text(out, " to ");
		action_value_write_duration(out, argument->max);
		return;
	case VALUE_SIZE:
		buffer_append_format(out, "a size of %" PRId64 " to %" PRId64 " bytes",
			argument->min, argument->max);
		return;
	case VALUE_CHOICE:
		write_words(out, argument->choices);
		return;
	case VALUE_MESSAGE_TYPE:
		buffer_append_format(
			out, "a message type's name or number from 0 to %d", MESSAGE_TYPE_MAX);
		return;
	case VALUE_TEXT:
		buffer_append_format(out, "%s%s of at most %" PRId64 " bytes",
			argument->min == 0 ? "null or " : "",
			argument->form ? argument->form : "a text", argument->max);
		return;
	case VALUE_SETTINGS:
		buffer_append_text(out, "a mapping of settings");
		return;
	case VALUE_ON:
		buffer_append_text(out, "true");
		return;
	}
}

void
action_value_done(struct action_value *value)
{
	free(value->text);
	condition_release(value->condition);
	*value = (struct action_value){0};
}
