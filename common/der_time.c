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

/* RFC 5280 4.1.2.5: seconds are present, the zone is Z, and a two-digit year below 50 is 20xx. */
static bool
read_time(struct bytes text, size_t year_digits, int64_t *out)
{
	const uint8_t *rest = text.data + year_digits;
	struct tm utc = {0};

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
	if (utc.tm_mon < 0 || utc.tm_mon > 11 || utc.tm_mday < 1 || utc.tm_mday > 31 ||
		utc.tm_hour < 0 || utc.tm_hour > 23 || utc.tm_min < 0 || utc.tm_min > 59 ||
		utc.tm_sec < 0 || utc.tm_sec > 60)
		return false;
	*out = clock_join(utc);
	return true;
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
