#include "server/control_schema.h"

#include "common/duration.h"
#include "common/memory.h"
#include "common/timestamp.h"
#include "server/schema.h"

/* A row of an answer has no bounds. */
static bool
is_bounded(const struct control_field *field)
{
	return field->min != 0 || field->max != 0;
}

static json_t *
of_text(const struct control_field *field)
{
	return is_bounded(field) ? schema_text(field->min, field->max) : schema_type("string");
}

static json_t *
of_number(const struct control_field *field)
{
	return is_bounded(field) ? schema_number(field->min, field->max) : schema_type("integer");
}

static json_t *
of_boolean(const struct control_field *field)
{
	return schema_type("boolean");
}

static json_t *
of_choice(const struct control_field *field)
{
	return schema_words(field->choices);
}

/* What an answer tells can be longer than what a call takes. */
static json_t *
of_duration(const struct control_field *field)
{
	BUFFER_CLEANUP struct buffer any = {0};

	if (is_bounded(field) && field->max < INT64_MAX)
		return schema_duration(field->min, field->max);
	duration_write_any_pattern(&any);
	return schema_pattern(&any);
}

static json_t *
of_time(const struct control_field *field)
{
	BUFFER_CLEANUP struct buffer expression = {0};

	timestamp_write_pattern(&expression);
	return schema_pattern(&expression);
}

static json_t *
of_object(const struct control_field *field)
{
	return control_schema_object(field->fields);
}

/* Takes the items over. */
static json_t *
of_list(const struct control_field *field, json_t *items)
{
	json_t *schema = schema_list(items);

	if (field->max)
		json_object_set_new(schema, "maxItems", json_integer(field->max));
	if (field->min)
		json_object_set_new(schema, "minItems", json_integer(field->min));
	return schema;
}

static json_t *
of_texts(const struct control_field *field)
{
	return of_list(field, schema_type("string"));
}

static json_t *
of_objects(const struct control_field *field)
{
	return of_list(field, control_schema_object(field->fields));
}

static json_t *
of_settings(const struct control_field *field)
{
	return schema_reference(CONTROL_SCHEMA_SETTINGS);
}

static json_t *
of_rule(const struct control_field *field)
{
	return schema_reference(CONTROL_SCHEMA_RULE);
}

static json_t *
of_rule_member(const struct control_field *field)
{
	TEXT_CLEANUP char *target = text_format(CONTROL_SCHEMA_RULE "/properties/%s", field->name);

	return schema_reference(target);
}

static json_t *
of_rules(const struct control_field *field)
{
	return of_list(field, of_rule(field));
}

static json_t *
of_any(const struct control_field *field)
{
	return json_object();
}

static json_t *(*const kinds[])(const struct control_field *field) = {
	[CONTROL_TEXT] = of_text,
	[CONTROL_NUMBER] = of_number,
	[CONTROL_BOOLEAN] = of_boolean,
	[CONTROL_CHOICE] = of_choice,
	[CONTROL_DURATION] = of_duration,
	[CONTROL_TIME] = of_time,
	[CONTROL_TEXTS] = of_texts,
	[CONTROL_OBJECT] = of_object,
	[CONTROL_OBJECTS] = of_objects,
	[CONTROL_SETTINGS] = of_settings,
	[CONTROL_RULE] = of_rule,
	[CONTROL_RULE_MEMBER] = of_rule_member,
	[CONTROL_RULES] = of_rules,
	[CONTROL_ANY] = of_any,
};

json_t *
control_schema_value(const struct control_field *field)
{
	json_t *schema = kinds[field->kind](field);
	const char *standard = field->standard;

	json_object_set_new(schema, "description",
		json_sprintf("%s%s%s.", field->help ? field->help : field->name,
			standard ? "; when absent: " : "", standard ? standard : ""));
	return schema;
}

json_t *
control_schema_object(const struct control_field *fields)
{
	json_t *properties = json_object(), *schema = schema_object(properties);

	for (; fields && fields->name; fields++) {
		json_t *value = control_schema_value(fields);

		if (fields->required)
			schema_require(schema, fields->name);
		else
			value = schema_either(value, schema_type("null"));
		json_object_set_new(properties, fields->name, value);
	}
	return schema;
}

static const struct control_field error_members[] = {
	{"pointer", CONTROL_TEXT, .required = true,
		.help = "where: a JSON pointer (RFC 6901) into the body, or the name of a "
			"parameter"},
	{"message", CONTROL_TEXT, .required = true, .help = "what is wrong, and what was expected"},
	{"hint", CONTROL_TEXT, .help = "what was perhaps meant"},
	{0},
};

static const struct control_field problem_members[] = {
	{"type", CONTROL_TEXT, .required = true, .help = "about:blank"},
	{"title", CONTROL_TEXT, .required = true, .help = "the phrase of the status"},
	{"status", CONTROL_NUMBER, .required = true, .help = "that of the answer"},
	{"detail", CONTROL_TEXT, .help = "what is wrong, in a sentence"},
	{"errors", CONTROL_OBJECTS, .max = CONTROL_ERRORS_MAX, .fields = error_members,
		.help = "each thing that is wrong"},
	{0},
};

json_t *
control_schema_problem(void)
{
	json_t *schema = control_schema_object(problem_members);

	/* A route may have more to say (RFC 9457 3.2). */
	json_object_del(schema, "additionalProperties");
	return schema;
}
