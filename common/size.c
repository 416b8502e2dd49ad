#include "common/size.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/pattern.h"

#define SIZE_MAX_BYTES (INT64_C(1) << 30)
#define WANTED         "a size of at most 1 GiB, such as 512, 512B, 64KiB or 1MiB"

static const struct {
	const char *name;
	int64_t bytes;
} units[] = {
	{"", 1},
	{"B", 1},
	{"KiB", INT64_C(1) << 10},
	{"MiB", INT64_C(1) << 20},
	{"GiB", INT64_C(1) << 30},
};

int
size_parse(int64_t *out, const char *text, struct diag *diag)
{
	char *end;
	long long number = strtoll(text, &end, 10); /* saturates */

	if (!isdigit((unsigned char)text[0]))
		return diag_refuse(diag, "", NULL, WANTED, "\"%s\"", text);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name) != 0 || number > SIZE_MAX_BYTES / units[i].bytes)
			continue;
		*out = number * units[i].bytes;
		return DONE;
	}
	return diag_refuse(diag, "", NULL, WANTED, "\"%s\"", text);
}

void
size_write_pattern(struct buffer *out, int64_t min, int64_t max)
{
	const char *separator = "";

	if (max > SIZE_MAX_BYTES)
		max = SIZE_MAX_BYTES;
	buffer_append_text(out, "(?:");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t low = (min + units[i].bytes - 1) / units[i].bytes;

		if (low > max / units[i].bytes)
			continue;
		buffer_append_text(out, separator);
		pattern_number(out, low, max / units[i].bytes);
		buffer_append_text(out, units[i].name);
		separator = "|";
	}
	buffer_append_byte(out, ')');
}
