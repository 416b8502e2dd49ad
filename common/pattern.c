#include "common/pattern.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 24

void
pattern_text(struct buffer *out, const char *text, bool fold)
{
	for (; *text; text++) {
		if (fold && isalpha((unsigned char)*text))
			buffer_append_format(out, "[%c%c]", toupper((unsigned char)*text),
				tolower((unsigned char)*text));
		else if (strchr("^$\\.*+?()[]{}|/", *text))
			buffer_append_format(out, "\\%c", *text);
		else
			buffer_append_byte(out, (uint8_t)*text);
	}
}

static void
write_digits(struct buffer *out, char low, char high, size_t any)
{
	if (low == high)
		buffer_append_byte(out, (uint8_t)low);
	else
		buffer_append_format(out, "[%c-%c]", low, high);
	if (any == 1)
		buffer_append_text(out, "[0-9]");
	else if (any)
		buffer_append_format(out, "[0-9]{%zu}", any);
}

static bool
consists_of(const char *digits, char digit)
{
	return digits[strspn(digits, (const char[]){digit, 0})] == '\0';
}

/* Numbers of as many digits as both bounds have; of no digits: nothing. */
static void
write_same_size(struct buffer *out, const char *low, const char *high)
{
	size_t rest = strlen(low);
	char nines[DIGITS_MAX] = {0}, zeros[DIGITS_MAX] = {0}, first = low[0], last = high[0];
	bool from_zero, to_nine;

	if (rest-- == 0)
		return;
	if (first == last) {
		buffer_append_byte(out, (uint8_t)first);
		write_same_size(out, low + 1, high + 1);
		return;
	}
	from_zero = consists_of(low + 1, '0');
	to_nine = consists_of(high + 1, '9');
	memset(nines, '9', rest);
	memset(zeros, '0', rest);
	buffer_append_text(out, "(?:");
	if (!from_zero) {
		buffer_append_byte(out, (uint8_t)first++);
		write_same_size(out, low + 1, nines);
		buffer_append_byte(out, '|');
	}
	if (first <= last - !to_nine)
		write_digits(out, first, (char)(last - !to_nine), rest);
	if (!to_nine) {
		if (first < last)
			buffer_append_byte(out, '|');
		buffer_append_byte(out, (uint8_t)last);
		write_same_size(out, zeros, high + 1);
	}
	buffer_append_byte(out, ')');
}

void
pattern_number(struct buffer *out, int64_t min, int64_t max)
{
	char low[DIGITS_MAX], high[DIGITS_MAX], most[DIGITS_MAX] = "9";

	snprintf(low, sizeof(low), "%" PRId64, min);
	snprintf(high, sizeof(high), "%" PRId64, max);
	buffer_append_text(out, "0*(?:");
	memset(most, '9', strlen(low));
	while (strlen(low) < strlen(high)) {
		write_same_size(out, low, most);
		buffer_append_byte(out, '|');
		snprintf(low, sizeof(low), "1%.*s", (int)strlen(most), "00000000000000000000");
		most[strlen(most)] = '9';
	}
	write_same_size(out, low, high);
	buffer_append_byte(out, ')');
}
