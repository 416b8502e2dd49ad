#include "server/control_member.h"

#include <string.h>

#include "common/duration.h"
#include "common/timestamp.h"

const char *
control_member_text(const json_t *object, const char *name, const char *standard)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : standard;
}

int64_t
control_member_number(const json_t *object, const char *name, int64_t standard)
{
	const json_t *value = json_object_get(object, name);

	return json_is_integer(value) ? json_integer_value(value) : standard;
}

bool
control_member_boolean(const json_t *object, const char *name, bool standard)
{
	const json_t *value = json_object_get(object, name);

	return json_is_boolean(value) ? json_is_true(value) : standard;
}

int64_t
control_member_duration(const json_t *object, const char *name, int64_t standard)
{
	const char *text = control_member_text(object, name, NULL);
	int64_t ms;

	return text && duration_parse_within(&ms, text, true, DURATION_YEARS_MS, "", NULL) == DONE
		? ms
		: standard;
}

int64_t
control_member_time(const json_t *object, const char *name, int64_t standard)
{
	const char *text = control_member_text(object, name, NULL);
	int64_t ms;

	return text && timestamp_parse(&ms, text, NULL) == DONE ? ms : standard;
}

int
control_member_choice(const json_t *object, const struct control_field *field, int standard)
{
	const char *text = control_member_text(object, field->name, NULL);

	for (int i = 0; text && field->choices[i]; i++)
		if (strcmp(field->choices[i], text) == 0)
			return i;
	return standard;
}
