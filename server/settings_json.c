#include "server/settings_json.h"

json_t *
settings_json_value(const struct setting_row *row, const struct settings *settings)
{
	const void *value = (const char *)settings + row->offset;
	const char *text;

	switch (row->kind) {
	case SETTING_BOOL:
		return json_boolean(*(const bool *)value);
	case SETTING_NUMBER:
		return json_integer(*(const int64_t *)value);
	case SETTING_CHOICE:
		return json_string(row->choices[*(const int *)value]);
	case SETTING_TEXT:
		break;
	}
	text = *(char *const *)value;
	return text ? json_string(text) : json_null();
}

json_t *
settings_json(const struct settings *settings, const struct settings *base)
{
	json_t *object = json_object();

	for (size_t i = 0; settings_row_at(i); i++) {
		const struct setting_row *row = settings_row_at(i);

		if (!base || !settings_same_value(settings, base, row))
			json_object_set_new(object, row->name, settings_json_value(row, settings));
	}
	return object;
}

json_t *
settings_json_with_defaults(const json_t *object)
{
	SETTINGS_CLEANUP struct settings defaults = {0};
	json_t *filled = json_is_object(object) ? json_copy((json_t *)object) : json_object();
	const char *name;
	json_t *value;

	settings_init(&defaults);
	json_object_foreach((json_t *)object, name, value) {
		const struct setting_row *row = settings_row(name);

		if (row && json_is_null(value))
			json_object_set_new(filled, name, settings_json_value(row, &defaults));
	}
	return filled;
}
