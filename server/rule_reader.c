#include "server/rule_reader.h"

#include <stdio.h>
#include <string.h>

#include "common/memory.h"
#include "common/suggestion.h"
#include "server/json_place.h"
#include "server/pipeline.h"
#include "server/yaml_tree.h"

struct reader {
	struct rule *rule;
	const struct rule_source *source;
	const struct rule_surroundings *surroundings;
	size_t index; /* of the rule in the source's list */
	struct diag *diag;
	bool located; /* the refusal has its place; who called adds none */
};

/* Rules that were read from no text have a place within their list. That they are read from may be
 * another list of the same rules. */
static void
point_to(char place[YAML_PLACE_SIZE], const struct rule_source *source, const json_t *parent,
	const char *key, size_t index)
{
	const json_t *root = source->root ? source->root : source->rules;
	BUFFER_CLEANUP struct buffer pointer = {0};

	if (!json_place_find(&pointer, root, parent))
		json_place_find(&pointer, root, json_array_get(parent, index));
	else if (key)
		json_place_append(&pointer, key);
	else
		buffer_append_format(&pointer, "/%zu", index);
	snprintf(place, YAML_PLACE_SIZE, "%s", buffer_text(&pointer));
}

/* Puts the place of a member into the words of its refusal. */
static int
refused_at(struct reader *reader, const json_t *parent, const char *key, size_t index)
{
	char place[YAML_PLACE_SIZE];

	if (reader->located)
		return REFUSED;
	reader->located = true;
	if (reader->source->tree)
		yaml_tree_place(place, reader->source->tree, parent, key, index);
	else
		point_to(place, reader->source, parent, key, index);
	diag_locate(reader->diag, place);
	return REFUSED;
}

static int
refuse_type(struct reader *reader, const char *name, const json_t *value, const char *wanted)
{
	return diag_refuse(reader->diag, name, NULL, wanted, "%s", yaml_tree_type_name(value));
}

/* --- match and when --------------------------------------------------------------- */

static int
read_match_field(struct reader *reader, const char *name, const json_t *value)
{
	struct rule_match *match = &reader->rule->match;
	const struct match_row *row = rule_match_row(name);
	struct suggestion suggestion = suggestion_start(name);

	for (size_t i = 0; !row && rule_match_row_at(i); i++)
		suggestion_offer(&suggestion, rule_match_row_at(i)->argument.name);
	if (!row)
		return suggestion_refuse(&suggestion, name, "nothing that a rule can match", "",
			"one that \"mock-ndes help actions\" lists", reader->diag);
	match->fields[match->count].row = row;
	match->in_message |= row->in_message;
	return action_value_read(
		&match->fields[match->count++].value, &row->argument, value, reader->diag);
}

static int
read_match(struct reader *reader, const json_t *value)
{
	const char *name;
	json_t *member;

	if (!json_is_object(value))
		return refuse_type(reader, "match", value, "a mapping of what must fit");
	json_object_foreach((json_t *)value, name, member)
		if (read_match_field(reader, name, member) != DONE)
			return refused_at(reader, value, name, 0);
	return DONE;
}

static int
read_when_member(struct reader *reader, const char *name, const json_t *value)
{
	struct suggestion suggestion = suggestion_start(name);
	struct action_value read = {0};

	for (size_t i = 0; rule_when_row(i); i++) {
		const struct action_argument *row = rule_when_row(i);

		suggestion_offer(&suggestion, row->name);
		if (strcmp(row->name, name) != 0)
			continue;
		if (action_value_read(&read, row, value, reader->diag) != DONE)
			return REFUSED;
		reader->rule->when.members[i] = read.number;
		return DONE;
	}
	return suggestion_refuse(&suggestion, name, "nothing that says when", "",
		"one that \"mock-ndes help actions\" lists", reader->diag);
}

static int
read_when(struct reader *reader, const json_t *value)
{
	const char *name;
	json_t *member;

	if (!json_is_object(value))
		return refuse_type(reader, "when", value, "a mapping that says how often");
	json_object_foreach((json_t *)value, name, member)
		if (read_when_member(reader, name, member) != DONE)
			return refused_at(reader, value, name, 0);
	return DONE;
}

/* --- do ---------------------------------------------------------------------------- */

/* The settings of a rule on top of the site's. */
static int
read_settings(struct reader *reader, struct action_value *out,
	const struct action_argument *argument, const json_t *value)
{
	const struct rule_surroundings *around = reader->surroundings;
	SETTINGS_CLEANUP struct settings settings = {0};
	const char *fault = NULL;

	if (!json_is_object(value))
		return refuse_type(reader, argument->name, value, "a mapping of settings");
	if (around->base)
		settings_copy(&settings, &around->base->settings);
	else
		settings_init(&settings);
	if (settings_set_json(&settings, value, &fault, reader->diag) != DONE)
		return refused_at(reader, value, fault, 0);
	if (!around->base)
		return DONE;
	return condition_new(&out->condition, around->pki, &settings, around->base_url,
		around->now_ms / 1000, around->base, reader->diag);
}

static int
read_value(struct reader *reader, struct action_value *out, const struct action_argument *argument,
	const json_t *value)
{
	if (argument->kind == VALUE_SETTINGS)
		return read_settings(reader, out, argument, value);
	return action_value_read(out, argument, value, reader->diag);
}

/* Finds the one member of a mapping that is an action's name. */
static int
find_action(struct reader *reader, const struct action_row **out, const json_t *mapping)
{
	const char *name = NULL, *first = NULL;
	struct suggestion suggestion;
	json_t *value;

	*out = NULL;
	json_object_foreach((json_t *)mapping, name, value) {
		const struct action_row *row = action_row(name);

		if (!first)
			first = name;
		if (row && *out)
			return diag_refuse(reader->diag, name, NULL,
				"one action; several as a list", "a second action beside %s",
				(*out)->name);
		if (row)
			*out = row;
	}
	if (*out)
		return DONE;
	suggestion = suggestion_start(first ? first : "");
	for (size_t i = 0; action_row_at(i); i++)
		suggestion_offer(&suggestion, action_row_at(i)->name);
	suggestion_refuse(&suggestion, first ? first : "do", "no such action", "",
		"one that \"mock-ndes help actions\" lists", reader->diag);
	return REFUSED;
}

static int
refuse_argument(struct reader *reader, const struct action_row *row, const char *name)
{
	struct suggestion suggestion = suggestion_start(name);
	TEXT_CLEANUP char *what = text_format("no argument of %s", row->name);
	BUFFER_CLEANUP struct buffer all = {0};

	for (size_t i = 0; row->arguments[i].name; i++) {
		suggestion_offer(&suggestion, row->arguments[i].name);
		buffer_append_format(&all, "%s%s", i ? ", " : "", row->arguments[i].name);
	}
	return suggestion_refuse(&suggestion, name, what, "", buffer_text(&all), reader->diag);
}

static int
read_argument(
	struct reader *reader, struct rule_action *action, const char *name, const json_t *value)
{
	for (size_t i = 0; action->row->arguments[i].name; i++)
		if (strcmp(action->row->arguments[i].name, name) == 0)
			return read_value(
				reader, &action->values[i], &action->row->arguments[i], value);
	return refuse_argument(reader, action->row, name);
}

/* What is not given has its standard, or is missed. */
static int
complete(struct reader *reader, struct rule_action *action, const json_t *mapping)
{
	for (size_t i = 0; action->row->arguments[i].name; i++) {
		const struct action_argument *argument = &action->row->arguments[i];

		if (json_object_get(mapping, argument->name))
			continue;
		if (!argument->standard)
			return diag_refuse(reader->diag, argument->name, NULL, "it with a value",
				"an argument of %s is missing", action->row->name);
		action_value_set_standard(&action->values[i], argument);
	}
	return DONE;
}

static unsigned
stage_index(const char *name)
{
	unsigned index = 0;

	while (strcmp(pipeline_stage(index)->name, name) != 0)
		index++;
	return index;
}

static int
read_action(struct reader *reader, const json_t *mapping)
{
	struct rule_action *action = &reader->rule->actions[reader->rule->action_count++];
	const char *name;
	json_t *value;
	int result;

	if (!json_is_object(mapping))
		return refuse_type(
			reader, "do", mapping, "a mapping of an action and its arguments");
	if (find_action(reader, &action->row, mapping) != DONE)
		return REFUSED;
	action->stage = stage_index(action->row->stage);
	json_object_foreach((json_t *)mapping, name, value) {
		result = read_argument(reader, action, name, value);
		if (result == REFUSED)
			return refused_at(reader, mapping, name, 0);
		if (result != DONE)
			return result;
	}
	return complete(reader, action, mapping);
}

static int
read_do(struct reader *reader, const json_t *value)
{
	if (!json_is_array(value))
		return read_action(reader, value);
	if (json_array_size(value) == 0 || json_array_size(value) > RULE_ACTIONS_MAX)
		return diag_refuse(reader->diag, "do", NULL, "1 to 4 actions", "%zu of them",
			json_array_size(value));
	for (size_t i = 0; i < json_array_size(value); i++) {
		int result = read_action(reader, json_array_get(value, i));

		if (result == REFUSED)
			return refused_at(reader, value, NULL, i);
		if (result != DONE)
			return result;
	}
	return DONE;
}

/* --- the rest ------------------------------------------------------------------------ */

static int
read_text(struct reader *reader, char **out, const char *name, const json_t *value, size_t most)
{
	const char *text = json_string_value(value);

	if (!text)
		return refuse_type(reader, name, value, "a text");
	if (!*text || strlen(text) > most)
		return diag_refuse(reader->diag, name, NULL, "a text that is not empty",
			"%zu bytes of at most %zu", strlen(text), most);
	*out = text_copy(text);
	return DONE;
}

/* It stands in a header, X-Mock-Fault (RFC 9110 5.5), and in lines of logs. */
static int
read_id(struct reader *reader, const json_t *value)
{
	int result = read_text(reader, &reader->rule->id, "id", value, RULE_ID_MAX);

	for (const char *at = reader->rule->id; result == DONE && *at; at++)
		if ((uint8_t)*at < ' ' || *at == 0x7f)
			return diag_refuse(reader->diag, "id", NULL,
				"a text without control characters", "the control character 0x%02x",
				(uint8_t)*at);
	return result;
}

static int
read_note(struct reader *reader, const json_t *value)
{
	return read_text(reader, &reader->rule->note, "note", value, RULE_NOTE_MAX);
}

static int
read_priority(struct reader *reader, const json_t *value)
{
	if (!json_is_integer(value))
		return refuse_type(reader, "priority", value, "a whole number");
	reader->rule->priority = json_integer_value(value);
	return DONE;
}

static int
read_continue(struct reader *reader, const json_t *value)
{
	if (!json_is_boolean(value))
		return refuse_type(reader, "continue", value, "true or false");
	reader->rule->goes_on = json_is_true(value);
	return DONE;
}

/* clang-format off */
static const struct {
	struct rule_key key;
	int (*read)(struct reader *reader, const json_t *value);
} keys[] = {
	{{"id", RULE_KEY_NAME, RULE_ID_MAX,
		"Its name, which no other rule of the deployment has; made when absent"}, read_id},
	{{"match", RULE_KEY_MATCH, 0,
		"Which exchanges it is for: all of these must fit; every one when absent"}, read_match},
	{{"when", RULE_KEY_WHEN, 0, "How often of those that fit; always when absent"}, read_when},
	{{"do", RULE_KEY_DO, RULE_ACTIONS_MAX, "What it does to them"}, read_do},
	{{"priority", RULE_KEY_NUMBER, 0, "Higher ones go first; 0 when absent"}, read_priority},
	{{"continue", RULE_KEY_BOOLEAN, 0,
		"Whether rules behind it may strike too; false when absent"}, read_continue},
	{{"note", RULE_KEY_TEXT, RULE_NOTE_MAX, "For the reader"}, read_note},
};
/* clang-format on */
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

const struct rule_key *
rule_key_at(size_t index)
{
	return index < KEY_COUNT ? &keys[index].key : NULL;
}

static int
read_key(struct reader *reader, const char *name, const json_t *value)
{
	struct suggestion suggestion = suggestion_start(name);

	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcmp(keys[i].key.name, name) == 0)
			return keys[i].read(reader, value);
		suggestion_offer(&suggestion, keys[i].key.name);
	}
	return suggestion_refuse(&suggestion, name, "no such key", "",
		"id, match, when, do, priority, continue or note", reader->diag);
}

int
rule_read(struct rule *out, const struct rule_source *source, size_t index,
	const struct rule_surroundings *surroundings, struct diag *diag)
{
	struct reader reader = {.rule = out,
		.source = source,
		.surroundings = surroundings,
		.index = index,
		.diag = diag};
	const json_t *object = json_array_get(source->rules, index);
	const char *name;
	json_t *value;
	int result;

	*out = (struct rule){0};
	rule_when_init(&out->when);
	if (!json_is_object(object)) {
		refuse_type(&reader, "rules", object, "a mapping: match, when, do");
		return refused_at(&reader, source->rules, NULL, index);
	}
	json_object_foreach((json_t *)object, name, value) {
		result = read_key(&reader, name, value);
		if (result == REFUSED)
			return refused_at(&reader, object, name, 0);
		if (result != DONE)
			return result;
	}
	if (out->action_count)
		return DONE;
	diag_refuse(diag, "do", NULL, "an action", "this key is missing");
	return refused_at(&reader, source->rules, NULL, index);
}
