#include "common/duration.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/pattern.h"

#define WANTED "a duration of at most 366 days, such as 250ms, 10s, 5m, 2h or 40d"

static const struct {
	const char *name;
	int64_t ms;
} units[] = {
	{"", 1000},
	{"ms", 1},
	{"s", 1000},
	{"m", 60 * 1000},
	{"h", 3600 * 1000},
	{"d", 24 * 3600 * 1000},
};

int
duration_parse(int64_t *out_ms, const char *text, bool may_be_negative, struct diag *diag)
{
	return duration_parse_within(out_ms, text, may_be_negative, DURATION_MAX_MS, WANTED, diag);
}

int
duration_parse_within(int64_t *out_ms, const char *text, bool may_be_negative, int64_t max_ms,
	const char *wanted, struct diag *diag)
{
	bool negative = may_be_negative && text[0] == '-';
	char *end;
	long long number = strtoll(text + negative, &end, 10); /* saturates */

	if (!isdigit((unsigned char)text[negative]))
		return diag_refuse(diag, "", NULL, wanted, "\"%s\"", text);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name) != 0 || number > max_ms / units[i].ms)
			continue;
		*out_ms = number * units[i].ms * (negative ? -1 : 1);
		return DONE;
	}
	return diag_refuse(diag, "", NULL, wanted, "\"%s\"", text);
}

/* Without a sign; one unit may have no whole number in the range. */
static void
write_unsigned(struct buffer *out, int64_t min, int64_t max)
{
	const char *separator = "";

	buffer_append_text(out, "(?:");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t low = (min + units[i].ms - 1) / units[i].ms, high = max / units[i].ms;

		if (low > high)
			continue;
		buffer_append_text(out, separator);
		pattern_number(out, low, high);
		buffer_append_text(out, units[i].name);
		separator = "|";
	}
	buffer_append_byte(out, ')');
}

void
duration_write_pattern(struct buffer *out, int64_t min, int64_t max)
{
	if (min >= 0) {
		write_unsigned(out, min, max);
		return;
	}
	buffer_append_text(out, "(?:-");
	write_unsigned(out, 0, -min);
	buffer_append_byte(out, '|');
	write_unsigned(out, 0, max);
	buffer_append_byte(out, ')');
}

void
duration_write_any_pattern(struct buffer *out)
{
	buffer_append_text(out, "-?[0-9]+(?:");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		buffer_append_format(out, "%s%s", i ? "|" : "", units[i].name);
	buffer_append_byte(out, ')');
}
