#include "common/der_time.h"

#include <time.h>

#include "common/clock.h"
#include "common/der_writer.h"

/* Reads `count` decimal digits; -1 when one is none. */
static int
read_digits(const uint8_t *digits, size_t count)
{
	int value = 0;

	for (size_t i = 0; i < count; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return -1;
		value = value * 10 + (digits[i] - '0');
	}
	return value;
}

/* Whether both are the same date and time; what is no date (30 February, second 60) comes back from the
 * clock as another one. */
static bool
is_same(const struct tm *left, const struct tm *right)
{
	return left->tm_year == right->tm_year && left->tm_mon == right->tm_mon &&
		left->tm_mday == right->tm_mday && left->tm_hour == right->tm_hour &&
		left->tm_min == right->tm_min && left->tm_sec == right->tm_sec;
}

/* RFC 5280 4.1.2.5: seconds are present, the zone is Z, and a two-digit year below 50 is 20xx. */
static bool
read_time(struct bytes text, size_t year_digits, int64_t *out)
{
	const uint8_t *rest = text.data + year_digits;
	struct tm utc = {0}, back;

	if (text.size != year_digits + 11 || text.data[text.size - 1] != 'Z')
		return false;
	utc.tm_year = read_digits(text.data, year_digits);
	if (utc.tm_year < 0)
		return false;
	utc.tm_year += year_digits == 4 ? -1900 : utc.tm_year < 50 ? 100 : 0;
	utc.tm_mon = read_digits(rest, 2) - 1;
	utc.tm_mday = read_digits(rest + 2, 2);
	utc.tm_hour = read_digits(rest + 4, 2);
	utc.tm_min = read_digits(rest + 6, 2);
	utc.tm_sec = read_digits(rest + 8, 2);
	*out = clock_join(utc);
	back = clock_split(*out);
	return is_same(&back, &utc);
}

bool
der_take_time(struct der *der, int64_t *out)
{
	struct der_element element;
	bool generalized = der_next_is(der, DER_GENERALIZED_TIME);

	if (!der_take(der, generalized ? DER_GENERALIZED_TIME : DER_UTC_TIME, &element))
		return false;
	return (!element.constructed && read_time(element.content, generalized ? 4 : 2, out)) ||
		der_refuse(der, "a time in Z form with seconds", "\"%.*s\"",
			element.content.size > 32 ? 32 : (int)element.content.size,
			(const char *)element.content.data);
}

void
der_put_time(struct buffer *out, int64_t seconds)
{
	struct tm utc = clock_split(seconds);
	bool short_year = utc.tm_year >= 50 && utc.tm_year < 150;
	char text[32];

	strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &utc);
	if (short_year)
		der_put_text(out, DER_UTC_TIME, text + 2);
	else
		der_put_text(out, DER_GENERALIZED_TIME, text);
}
