#include "server/schema_rule.h"

#include "common/scep.h"
#include "common/size.h"
#include "server/action.h"
#include "server/rule_match.h"
#include "server/rule_reader.h"
#include "server/rule_when.h"
#include "server/schema.h"

/* What no name may hold (read_id in rule_reader.c). */
#define NAME_PATTERN "^[^\\u0000-\\u001f\\u007f]*$"

/* What no text may hold (is_printable in action_value.c). */
#define ARGUMENT_TEXT_PATTERN "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$"

static json_t *
of_size(int64_t min, int64_t max)
{
	BUFFER_CLEANUP struct buffer expression = {0};

	size_write_pattern(&expression, min, max);
	return schema_either(schema_number(min, max), schema_pattern(&expression));
}

static json_t *
of_message_type(void)
{
	json_t *names = json_array();
	const char *name;
	int64_t number;

	for (size_t i = 0; (name = scep_message_type_name_at(&number, i)); i++)
		json_array_append_new(names, json_string(name));
	return schema_either(schema_number(0, MESSAGE_TYPE_MAX), json_pack("{s:o}", "enum", names));
}

static json_t *
of_argument_text(const struct action_argument *argument)
{
	json_t *schema = schema_text(argument->min, argument->max);

	json_object_set_new(schema, "pattern", json_string(ARGUMENT_TEXT_PATTERN));
	if (argument->min == 0)
		json_object_set_new(schema, "type", json_pack("[s, s]", "string", "null"));
	schema_add_pattern(schema, argument->write_pattern, false);
	return schema;
}

static json_t *
of_value(const struct action_argument *argument, const char *settings)
{
	switch (argument->kind) {
	case VALUE_NUMBER:
		return schema_number(argument->min, argument->max);
	case VALUE_SHARE:
		return json_pack("{s:s, s:i, s:i}", "type", "number", "minimum", 0, "maximum", 1);
	case VALUE_DURATION:
		return schema_duration(argument->min, argument->max);
	case VALUE_SIZE:
		return of_size(argument->min, argument->max);
	case VALUE_CHOICE:
		return schema_words(argument->choices);
	case VALUE_MESSAGE_TYPE:
		return of_message_type();
	case VALUE_SETTINGS:
		return schema_reference(settings);
	case VALUE_ON:
		return json_pack("{s:b}", "const", true);
	case VALUE_TEXT:
		break;
	}
	return of_argument_text(argument);
}

static void
add_value(json_t *properties, const struct action_argument *argument, const char *settings)
{
	json_t *schema = of_value(argument, settings);

	schema_describe(schema, argument->help);
	json_object_set_new(properties, argument->name, schema);
}

static json_t *
of_match(void)
{
	json_t *properties = json_object();

	for (size_t i = 0; rule_match_row_at(i); i++)
		add_value(properties, &rule_match_row_at(i)->argument, NULL);
	return schema_object(properties);
}

static json_t *
of_when(void)
{
	json_t *properties = json_object();

	for (size_t i = 0; rule_when_row(i); i++)
		add_value(properties, rule_when_row(i), NULL);
	return schema_object(properties);
}

static json_t *
of_action(const struct action_row *row, const char *settings)
{
	json_t *properties = json_object();
	json_t *schema = schema_object(properties);

	for (size_t i = 0; row->arguments[i].name; i++) {
		add_value(properties, &row->arguments[i], settings);
		if (!row->arguments[i].standard)
			schema_require(schema, row->arguments[i].name);
	}
	json_object_set_new(schema, "title", json_string(row->name));
	schema_describe(schema, row->help);
	return schema;
}

static json_t *
of_do(size_t most, const char *settings)
{
	json_t *actions = json_array(), *list;

	for (size_t i = 0; action_row_at(i); i++)
		json_array_append_new(actions, of_action(action_row_at(i), settings));
	list = json_pack("{s:s, s:{s:O}, s:i, s:I}", "type", "array", "items", "anyOf", actions,
		"minItems", 1, "maxItems", (json_int_t)most);
	return schema_either(json_pack("{s:o}", "anyOf", actions), list);
}

static json_t *
of_name(int64_t most)
{
	json_t *schema = schema_text(1, most);

	json_object_set_new(schema, "pattern", json_string(NAME_PATTERN));
	return schema;
}

static json_t *
of_rule_key(const struct rule_key *key, const char *settings)
{
	switch (key->kind) {
	case RULE_KEY_NAME:
		return of_name((int64_t)key->most);
	case RULE_KEY_NUMBER:
		return schema_type("integer");
	case RULE_KEY_BOOLEAN:
		return schema_type("boolean");
	case RULE_KEY_MATCH:
		return of_match();
	case RULE_KEY_WHEN:
		return of_when();
	case RULE_KEY_DO:
		return of_do(key->most, settings);
	case RULE_KEY_TEXT:
		break;
	}
	return schema_text(1, (int64_t)key->most);
}

json_t *
schema_rule_new(const char *settings)
{
	json_t *properties = json_object(), *schema = schema_object(properties);
	const struct rule_key *key;

	for (size_t i = 0; (key = rule_key_at(i)); i++) {
		json_t *member = of_rule_key(key, settings);

		schema_describe(member, key->help);
		json_object_set_new(properties, key->name, member);
		if (key->kind == RULE_KEY_DO)
			schema_require(schema, key->name);
	}
	return schema;
}
