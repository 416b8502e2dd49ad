#include "common/size.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

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
