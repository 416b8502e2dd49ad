#include "common/duration.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DURATION_MAX_MS (INT64_C(366) * 24 * 3600 * 1000)
#define WANTED          "a duration of at most 366 days, such as 250ms, 10s, 5m, 2h or 40d"

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
	bool negative = may_be_negative && text[0] == '-';
	char *end;
	long long number = strtoll(text + negative, &end, 10); /* saturates */

	if (!isdigit((unsigned char)text[negative]))
		return diag_refuse(diag, "", NULL, WANTED, "\"%s\"", text);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name) != 0 || number > DURATION_MAX_MS / units[i].ms)
			continue;
		*out_ms = number * units[i].ms * (negative ? -1 : 1);
		return DONE;
	}
	return diag_refuse(diag, "", NULL, WANTED, "\"%s\"", text);
}
