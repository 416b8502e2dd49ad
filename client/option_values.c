#include "client/option_values.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buffer.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

int
option_choose(int *out, const struct option_choice *choices, size_t count, const char *value,
	struct diag *diag)
{
	BUFFER_CLEANUP struct buffer words = {0};

	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(choices[i].word, value) == 0) {
			*out = choices[i].value;
			return DONE;
		}
		if (i > 0)
			buffer_append_text(&words, i + 1 < count ? ", " : " or ");
		buffer_append_text(&words, choices[i].word);
	}
	return diag_refuse(diag, "", NULL, buffer_text(&words), "\"%s\"", value);
}

int
option_duration(int64_t *out, const char *value, bool may_be_negative, struct diag *diag)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {
		{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
	char *end;
	long long number = strtoll(value, &end, 10);

	for (size_t i = 0; end != value && i < COUNT(units); i++) {
		if (strcmp(end, units[i].unit) != 0 ||
			llabs(number) > OPTION_DURATION_MAX_MS / units[i].ms ||
			(number < 0 && !may_be_negative))
			continue;
		*out = number * units[i].ms;
		return DONE;
	}
	return diag_refuse(diag, "", NULL,
		"a duration of at most a year, as 250ms, 10s, 5m, 2h or 40d", "\"%s\"", value);
}
