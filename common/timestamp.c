#include "common/timestamp.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"

#define FORM "0000-00-00T00:00:00"

static int
refuse(const char *text, struct diag *diag)
{
	return diag_refuse(diag, "", NULL,
		"a time in UTC like 2027-01-31T23:59:59Z, from 1970 to 9999", "\"%.64s\"", text);
}

/* A digit where the form has one, else the form's own character. */
static bool
has_form(const char *text)
{
	for (size_t i = 0; i < strlen(FORM); i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';

		if (FORM[i] == '0' ? !digit : text[i] != FORM[i])
			return false;
	}
	return true;
}

/* Reads ".5Z" or "Z" to its end; returns the milliseconds, or -1. */
static int
read_fraction(const char *text)
{
	int ms = 0, digits = 0;

	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9' && digits < 3; text++, digits++)
			ms = 10 * ms + *text - '0';
	if (text[0] != 'Z' || text[1] != '\0' || (digits == 0 && text[-1] == '.'))
		return -1;
	for (; digits < 3; digits++)
		ms *= 10;
	return ms;
}

int
timestamp_parse(int64_t *out_ms, const char *text, struct diag *diag)
{
	struct tm utc = {0}, back;
	int64_t seconds;
	int ms;

	if (strlen(text) <= strlen(FORM) || !has_form(text))
		return refuse(text, diag);
	/* NOLINTNEXTLINE(cert-err34-c): each is as many digits as has_form has seen */
	sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
		&utc.tm_hour, &utc.tm_min, &utc.tm_sec);
	utc.tm_year -= 1900;
	utc.tm_mon -= 1;
	ms = read_fraction(text + strlen(FORM));
	seconds = clock_join(utc);
	back = clock_split(seconds);
	/* 31 February would come back as another day. */
	if (ms < 0 || seconds < 0 || back.tm_mday != utc.tm_mday || back.tm_mon != utc.tm_mon ||
		back.tm_hour != utc.tm_hour || back.tm_min != utc.tm_min ||
		back.tm_sec != utc.tm_sec)
		return refuse(text, diag);
	*out_ms = 1000 * seconds + ms;
	return DONE;
}

void
timestamp_write_pattern(struct buffer *out)
{
	buffer_append_text(out,
		"(?:19[7-9][0-9]|[2-9][0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
		"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,3})?Z");
}
