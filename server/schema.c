#include "server/schema.h"

#include "common/duration.h"

json_t *
schema_type(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

json_t *
schema_reference(const char *target)
{
	return json_pack("{s:s}", "$ref", target);
}

json_t *
schema_pattern(struct buffer *expression)
{
	return json_pack("{s:s, s:o}", "type", "string", "pattern",
		json_sprintf("^%s$", buffer_text(expression)));
}

json_t *
schema_number(int64_t min, int64_t max)
{
	return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)min,
		"maximum", (json_int_t)max);
}

json_t *
schema_text(int64_t min, int64_t max)
{
	json_t *schema = schema_type("string");

	if (min > 0)
		json_object_set_new(schema, "minLength", json_integer((min + 3) / 4));
	json_object_set_new(schema, "maxLength", json_integer(max));
	return schema;
}

json_t *
schema_either(json_t *one, json_t *other)
{
	return json_pack("{s:[o, o]}", "anyOf", one, other);
}

json_t *
schema_words(const char *const *words)
{
	json_t *list = json_array();

	for (size_t i = 0; words[i]; i++)
		json_array_append_new(list, json_string(words[i]));
	return json_pack("{s:o}", "enum", list);
}

json_t *
schema_object(json_t *properties)
{
	return json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
		"additionalProperties", false);
}

json_t *
schema_list(json_t *items)
{
	return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

void
schema_require(json_t *object, const char *name)
{
	json_t *required = json_object_get(object, "required");

	if (!required) {
		required = json_array();
		json_object_set_new(object, "required", required);
	}
	json_array_append_new(required, json_string(name));
}

void
schema_describe(json_t *schema, const char *help)
{
	json_object_set_new(schema, "description", json_sprintf("%s.", help));
}

void
schema_add_pattern(json_t *schema, void (*write)(struct buffer *out), bool optional)
{
	BUFFER_CLEANUP struct buffer expression = {0};

	if (!write)
		return;
	write(&expression);
	json_object_set_new(schema, "allOf",
		json_pack("[{s:o}]", "pattern",
			json_sprintf("^(?:%s)%s$", buffer_text(&expression), optional ? "?" : "")));
}

json_t *
schema_duration(int64_t min, int64_t max)
{
	BUFFER_CLEANUP struct buffer expression = {0};

	duration_write_pattern(&expression, min, max);
	return schema_pattern(&expression);
}
