#include "server/control_field.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"
#include "common/memory.h"
#include "common/suggestion.h"
#include "common/timestamp.h"
#include "server/action_value.h"
#include "server/json_place.h"
#include "server/settings_json.h"
#include "server/yaml_tree.h"

/* The largest thing that is kept of a bad value for the words that refuse it. */
#define SHOWN_MAX 64

/* Longer names are not repeated. */
#define NAME_MAX_SHOWN 255

const struct control_field control_field_none[] = {{0}};

struct place {
	struct control_problem *problem;
	const char *pointer; /* of the value */
	const struct control_field *field;
};

static bool check_object(struct control_problem *problem, const struct control_field *fields,
	const json_t *value, const char *pointer);

/* Adds "found; expected wanted" at the place and returns false. */
static bool
refuse(const struct place *place, const char *wanted, const char *found)
{
	struct diag diag = {0};

	diag_refuse(&diag, place->field->name, NULL, wanted, "%s", found);
	control_problem_add(place->problem, place->pointer, &diag);
	return false;
}

static bool
refuse_type(const struct place *place, const char *wanted, const json_t *value)
{
	return refuse(place, wanted, yaml_tree_type_name(value));
}

static bool
refuse_diag(const struct place *place, const struct diag *diag)
{
	control_problem_add(place->problem, place->pointer, diag);
	return false;
}

static bool
check_text(const struct place *place, const json_t *value)
{
	const struct control_field *field = place->field;
	int64_t size = (int64_t)json_string_length(value);
	TEXT_CLEANUP char *wanted =
		text_format("a text of %" PRId64 " to %" PRId64 " bytes", field->min, field->max);
	TEXT_CLEANUP char *found = text_format("one of %" PRId64, size);

	if (!json_is_string(value))
		return refuse_type(place, wanted, value);
	if (memchr(json_string_value(value), 0, (size_t)size))
		return refuse(place, wanted, "one with a NUL in it");
	return (size >= field->min && size <= field->max) || refuse(place, wanted, found);
}

static bool
check_number(const struct place *place, const json_t *value)
{
	const struct control_field *field = place->field;
	int64_t number = json_integer_value(value);
	TEXT_CLEANUP char *wanted =
		text_format("a whole number from %" PRId64 " to %" PRId64, field->min, field->max);
	TEXT_CLEANUP char *found = text_format("%" PRId64, number);

	if (!json_is_integer(value))
		return refuse_type(place, wanted, value);
	return (number >= field->min && number <= field->max) || refuse(place, wanted, found);
}

static bool
check_boolean(const struct place *place, const json_t *value)
{
	return json_is_boolean(value) || refuse_type(place, "true or false", value);
}

static bool
check_choice(const struct place *place, const json_t *value)
{
	const struct control_field *field = place->field;
	struct suggestion suggestion = suggestion_start(json_string_value(value));
	BUFFER_CLEANUP struct buffer wanted = {0};
	TEXT_CLEANUP char *what = NULL;
	struct diag diag = {0};

	for (size_t i = 0; field->choices[i]; i++)
		buffer_append_format(&wanted, "%s%s", i ? ", " : "", field->choices[i]);
	if (!json_is_string(value))
		return refuse_type(place, buffer_text(&wanted), value);
	for (size_t i = 0; field->choices[i]; i++) {
		if (strcmp(field->choices[i], json_string_value(value)) == 0)
			return true;
		suggestion_offer(&suggestion, field->choices[i]);
	}
	what = text_format("\"%.*s\" is no choice", SHOWN_MAX, json_string_value(value));
	suggestion_refuse(&suggestion, field->name, what, "", buffer_text(&wanted), &diag);
	return refuse_diag(place, &diag);
}

static bool
check_duration(const struct place *place, const json_t *value)
{
	const struct control_field *field = place->field;
	BUFFER_CLEANUP struct buffer wanted = {0};
	struct diag diag = {0};
	int64_t ms;

	if (!json_is_string(value))
		return refuse_type(place, "a duration like \"250ms\", \"10s\" or \"40d\"", value);
	if (duration_parse_within(&ms, json_string_value(value), field->min < 0, DURATION_YEARS_MS,
		    "a duration such as 250ms, 10s, 5m, 2h or 40d", &diag) != DONE)
		return refuse_diag(place, &diag);
	if (ms >= field->min && ms <= field->max)
		return true;
	if (field->min >= 0) {
		action_value_write_duration(&wanted, field->min);
		buffer_append_text(&wanted, " to ");
	} else {
		buffer_append_text(&wanted, "at most ");
	}
	action_value_write_duration(&wanted, field->max);
	return refuse(place, buffer_text(&wanted), json_string_value(value));
}

static bool
check_time(const struct place *place, const json_t *value)
{
	struct diag diag = {0};
	int64_t ms;

	if (!json_is_string(value))
		return refuse_type(place, "a time like \"2027-01-31T23:59:59Z\"", value);
	return timestamp_parse(&ms, json_string_value(value), &diag) == DONE ||
		refuse_diag(place, &diag);
}

/* Checks each item of a list; `check` gets its place. */
static bool
check_list(const struct place *place, const json_t *value, const char *wanted,
	bool (*check)(const struct place *place, const json_t *item))
{
	const struct control_field *field = place->field;
	TEXT_CLEANUP char *bounds =
		text_format("%" PRId64 " to %" PRId64 " items", field->min, field->max);
	TEXT_CLEANUP char *found = text_format("%zu", json_array_size(value));
	bool good = true;
	size_t i;
	json_t *item;

	if (!json_is_array(value))
		return refuse_type(place, wanted, value);
	if ((int64_t)json_array_size(value) < field->min ||
		(int64_t)json_array_size(value) > field->max)
		return refuse(place, bounds, found);
	json_array_foreach((json_t *)value, i, item)
	{
		TEXT_CLEANUP char *pointer = text_format("%s/%zu", place->pointer, i);
		const struct place inner = {place->problem, pointer, place->field};

		good &= check(&inner, item);
	}
	return good;
}

static bool
check_text_item(const struct place *place, const json_t *item)
{
	return json_is_string(item) || refuse_type(place, "a text", item);
}

static bool
check_texts(const struct place *place, const json_t *value)
{
	return check_list(place, value, "a list of texts", check_text_item);
}

static bool
check_members(const struct place *place, const json_t *value)
{
	return check_object(place->problem, place->field->fields, value, place->pointer);
}

static bool
check_objects(const struct place *place, const json_t *value)
{
	return check_list(place, value, "a list of objects", check_members);
}

static bool
check_settings(const struct place *place, const json_t *value)
{
	SETTINGS_CLEANUP struct settings scratch = {0};
	TEXT_CLEANUP char *pointer = NULL;
	const char *fault = "";
	struct diag diag = {0};
	json_t *filled;
	bool good;

	if (!json_is_object(value))
		return refuse_type(place, "an object of NAME: VALUE", value);
	settings_init(&scratch);
	filled = settings_json_with_defaults(value);
	good = settings_set_json(&scratch, filled, &fault, &diag) == DONE;
	pointer = text_format("%s/%s", place->pointer, fault);
	if (!good)
		control_problem_add(place->problem, pointer, &diag);
	json_decref(filled);
	return good;
}

static bool
check_rule(const struct place *place, const json_t *value)
{
	return json_is_object(value) || refuse_type(place, "a rule, an object", value);
}

static bool
check_rule_member(const struct place *place, const json_t *value)
{
	return true;
}

static bool
check_rules(const struct place *place, const json_t *value)
{
	return check_list(place, value, "a list of rules", check_rule);
}

static bool
check_any(const struct place *place, const json_t *value)
{
	return true;
}

static bool (*const checks[])(const struct place *place, const json_t *value) = {
	[CONTROL_TEXT] = check_text,
	[CONTROL_NUMBER] = check_number,
	[CONTROL_BOOLEAN] = check_boolean,
	[CONTROL_CHOICE] = check_choice,
	[CONTROL_DURATION] = check_duration,
	[CONTROL_TIME] = check_time,
	[CONTROL_TEXTS] = check_texts,
	[CONTROL_OBJECT] = check_members,
	[CONTROL_OBJECTS] = check_objects,
	[CONTROL_SETTINGS] = check_settings,
	[CONTROL_RULE] = check_rule,
	[CONTROL_RULE_MEMBER] = check_rule_member,
	[CONTROL_RULES] = check_rules,
	[CONTROL_ANY] = check_any,
};

const struct control_field *
control_field_find(const struct control_field *fields, const char *name)
{
	for (; fields && fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

/* A member with an endless name is not told by it: the pointer is that of the object. */
static char *
member_pointer(const char *pointer, const char *name)
{
	BUFFER_CLEANUP struct buffer out = {0};

	buffer_append_text(&out, pointer);
	if (strlen(name) <= NAME_MAX_SHOWN)
		json_place_append(&out, name);
	return text_copy(buffer_text(&out));
}

static bool
refuse_unknown(struct control_problem *problem, const struct control_field *fields,
	const char *name, const char *pointer)
{
	struct suggestion suggestion = suggestion_start(name);
	BUFFER_CLEANUP struct buffer all = {0};
	struct diag diag = {0};

	for (; fields && fields->name; fields++) {
		suggestion_offer(&suggestion, fields->name);
		buffer_append_format(&all, "%s%s", all.size ? ", " : "", fields->name);
	}
	suggestion_refuse(&suggestion, name, "no such member", "",
		all.size ? buffer_text(&all) : "none", &diag);
	control_problem_add(problem, pointer, &diag);
	return false;
}

static bool
check_required(struct control_problem *problem, const struct control_field *fields,
	const json_t *value, const char *pointer)
{
	bool good = true;

	for (; fields && fields->name; fields++) {
		const json_t *member = json_object_get(value, fields->name);
		struct diag diag = {0};

		if (!fields->required || (member && !json_is_null(member)))
			continue;
		diag_refuse(&diag, fields->name, NULL, fields->help, "%s is missing", fields->name);
		control_problem_add(problem, pointer, &diag);
		good = false;
	}
	return good;
}

static bool
check_object(struct control_problem *problem, const struct control_field *fields,
	const json_t *value, const char *pointer)
{
	static const struct control_field whole = {.name = "body"};
	const struct place place = {problem, pointer, &whole};
	const char *name;
	json_t *member;
	bool good;

	if (!json_is_object(value))
		return refuse_type(&place, "an object", value);
	good = check_required(problem, fields, value, pointer);
	json_object_foreach((json_t *)value, name, member) {
		const struct control_field *field = control_field_find(fields, name);
		TEXT_CLEANUP char *inner = member_pointer(pointer, name);
		const struct place here = {problem, inner, field};

		if (control_problem_is_full(problem))
			return false;
		if (!field)
			good &= refuse_unknown(problem, fields, name, inner);
		else if (!json_is_null(member))
			good &= checks[field->kind](&here, member);
	}
	return good;
}

bool
control_field_check(struct control_problem *problem, const struct control_field *fields,
	const json_t *value, const char *pointer)
{
	return check_object(problem, fields, value, pointer);
}
