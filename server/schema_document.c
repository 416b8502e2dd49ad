#include "server/schema_document.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/profile.h"
#include "server/schema.h"
#include "server/schema_rule.h"
#include "server/settings_table.h"

#define DIALECT     "https://json-schema.org/draft/2020-12/schema"
#define SETTINGS_AT "#/$defs/settings"
#define RULE_AT     "#/$defs/rule"

/* What no text may hold (is_printable in settings.c). */
#define SETTING_TEXT_PATTERN                                                                       \
	"^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ufeff\\ufffe\\uffff]*$"

/* --- settings ------------------------------------------------------------------------- */

static bool
is_digits(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* Some choices are numbers to YAML: 2019, 404. */
static json_t *
of_choices(const struct setting_row *row)
{
	json_t *list = json_array();

	for (size_t i = 0; row->choices[i]; i++) {
		json_array_append_new(list, json_string(row->choices[i]));
		if (is_digits(row->choices[i]))
			json_array_append_new(
				list, json_integer(strtoll(row->choices[i], NULL, 10)));
	}
	return json_pack("{s:o}", "enum", list);
}

static json_t *
of_setting_text(const struct setting_row *row)
{
	json_t *schema = schema_text(row->min, row->max);

	json_object_set_new(schema, "pattern", json_string(SETTING_TEXT_PATTERN));
	if (row->min == 0)
		json_object_set_new(schema, "type", json_pack("[s, s]", "string", "null"));
	schema_add_pattern(schema, row->write_pattern, row->min == 0);
	return schema;
}

static json_t *
of_setting(const struct setting_row *row)
{
	switch (row->kind) {
	case SETTING_BOOL:
		return schema_type("boolean");
	case SETTING_NUMBER:
		return schema_number(row->min, row->max);
	case SETTING_CHOICE:
		return of_choices(row);
	case SETTING_TEXT:
		break;
	}
	return of_setting_text(row);
}

static json_t *
standard_of(const struct setting_row *row)
{
	if (!row->standard)
		return json_null();
	if (row->kind == SETTING_BOOL)
		return json_boolean(strcmp(row->standard, "true") == 0);
	if (row->kind == SETTING_NUMBER)
		return json_integer(strtoll(row->standard, NULL, 10));
	return json_string(row->standard);
}

json_t *
schema_document_settings_object(bool nullable)
{
	json_t *properties = json_object();
	const struct setting_row *row;

	for (size_t i = 0; (row = settings_row_at(i)); i++) {
		json_t *schema = of_setting(row);

		if (nullable)
			schema = schema_either(schema, schema_type("null"));

		json_object_set_new(schema, "default", standard_of(row));
		json_object_set_new(schema, "description",
			row->unit ? json_sprintf("%s; in %s.", row->help, row->unit)
				  : json_sprintf("%s.", row->help));
		json_object_set_new(properties, row->name, schema);
	}
	return schema_object(properties);
}

/* --- profiles --------------------------------------------------------------------------- */

static json_t *of_keys(const struct profile_key *keys);

static json_t *
of_text_per_word(const char *const *words)
{
	json_t *properties = json_object();

	for (size_t i = 0; words[i]; i++)
		json_object_set_new(properties, words[i],
			json_pack("{s:s, s:i}", "type", "string", "minLength", 1));
	return schema_object(properties);
}

static json_t *
of_rules(void)
{
	json_t *schema = schema_list(schema_reference(RULE_AT));

	json_object_set_new(schema, "maxItems", json_integer(RULE_SET_MAX));
	return schema;
}

static json_t *
of_profile_key(const struct profile_key *key)
{
	switch (key->kind) {
	case PROFILE_COUNT:
		return json_pack("{s:s, s:i}", "type", "integer", "minimum", 1);
	case PROFILE_WORD:
		return schema_words(key->words);
	case PROFILE_TEXTS:
		return schema_list(json_pack("{s:s, s:i}", "type", "string", "minLength", 1));
	case PROFILE_WORDS:
		return schema_list(schema_words(key->words));
	case PROFILE_TEXT_PER_WORD:
		return of_text_per_word(key->words);
	case PROFILE_SETTINGS:
		return schema_reference(SETTINGS_AT);
	case PROFILE_RULES:
		return of_rules();
	case PROFILE_MAPPING:
		return schema_type("object");
	case PROFILE_KEYS:
		return of_keys(key->keys);
	case PROFILE_KEYS_LIST:
		return schema_list(of_keys(key->keys));
	case PROFILE_TEXT:
		break;
	}
	return json_pack("{s:s, s:i}", "type", "string", "minLength", 1);
}

static json_t *
of_keys(const struct profile_key *keys)
{
	json_t *properties = json_object(), *schema = schema_object(properties);

	for (; keys->name; keys++) {
		json_t *member = of_profile_key(keys);

		schema_describe(member, keys->help);
		json_object_set_new(properties, keys->name, member);
		if (keys->required)
			schema_require(schema, keys->name);
	}
	return schema;
}

/* --- documents -------------------------------------------------------------------------- */

/* Makes a document of a schema, which it takes over. */
static json_t *
document(const char *name, const char *title, json_t *schema)
{
	json_t *out = json_pack("{s:s, s:o, s:s}", "$schema", DIALECT, "$id",
		json_sprintf("urn:mock-ndes:%s", name), "title", title);

	json_object_update(out, schema);
	json_decref(schema);
	return out;
}

json_t *
schema_document_profile(void)
{
	json_t *out = document("profile", "A fault profile of mock-ndes", of_keys(profile_keys()));

	json_object_set_new(out, "$defs",
		json_pack("{s:o, s:o}", "settings", schema_document_settings_object(false), "rule",
			schema_rule_new(SETTINGS_AT)));
	return out;
}

json_t *
schema_document_rule(void)
{
	json_t *out = document("rule", "A rule of mock-ndes", schema_rule_new(SETTINGS_AT));

	json_object_set_new(out, "$defs",
		json_pack("{s:o}", "settings", schema_document_settings_object(false)));
	return out;
}

json_t *
schema_document_settings(void)
{
	return document(
		"settings", "Settings of mock-ndes", schema_document_settings_object(false));
}

void
schema_document_write_profile(struct buffer *out)
{
	json_t *schema = schema_document_profile();
	char *text = json_dumps(schema, JSON_INDENT(2));

	if (!text)
		memory_exhausted();
	buffer_append_format(out, "%s\n", text);
	free(text);
	json_decref(schema);
}
