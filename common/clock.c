#include "common/clock.h"

#include <ctype.h>

int64_t
clock_base_ms(const struct clock *clock)
{
	struct timespec now;

	if (clock->base)
		return clock_now_ms(clock->base);
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_now_ms(const struct clock *clock)
{
	if (atomic_load(&clock->frozen))
		return atomic_load(&clock->frozen_ms);
	return clock_base_ms(clock) + atomic_load(&clock->offset_ms);
}

/* Rounds down, before 1970 too. */
static int64_t
whole_seconds(int64_t ms)
{
	return ms >= 0 ? ms / 1000 : (ms - 999) / 1000;
}

int64_t
clock_now(const struct clock *clock)
{
	return whole_seconds(clock_now_ms(clock));
}

void
clock_freeze(struct clock *clock, int64_t now_ms)
{
	atomic_store(&clock->frozen_ms, now_ms);
	atomic_store(&clock->frozen, true);
}

void
clock_set(struct clock *clock, int64_t now_ms)
{
	atomic_store(&clock->frozen_ms, now_ms);
	atomic_store(&clock->offset_ms, now_ms - clock_base_ms(clock));
}

void
clock_advance(struct clock *clock, int64_t ms)
{
	atomic_fetch_add(&clock->frozen_ms, ms);
	atomic_fetch_add(&clock->offset_ms, ms);
}

/* The offset first: whoever finds the clock running finds it there. */
void
clock_run(struct clock *clock)
{
	if (!atomic_load(&clock->frozen))
		return;
	clock_set(clock, atomic_load(&clock->frozen_ms));
	atomic_store(&clock->frozen, false);
}

void
clock_reset(struct clock *clock)
{
	atomic_store(&clock->offset_ms, 0);
	atomic_store(&clock->frozen, false);
}

struct clock_state
clock_save(const struct clock *clock)
{
	if (atomic_load(&clock->frozen))
		return (struct clock_state){
			.frozen = true, .frozen_ms = atomic_load(&clock->frozen_ms)};
	return (struct clock_state){.offset_ms = atomic_load(&clock->offset_ms)};
}

void
clock_restore(struct clock *clock, const struct clock_state *state)
{
	atomic_store(&clock->offset_ms, state->offset_ms);
	atomic_store(&clock->frozen_ms, state->frozen_ms);
	atomic_store(&clock->frozen, state->frozen);
}

int64_t
clock_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct tm
clock_split(int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm utc = {0};

	gmtime_r(&when, &utc);
	return utc;
}

int64_t
clock_join(struct tm utc)
{
	return (int64_t)timegm(&utc);
}

/* Writes a number as `count` digits and `behind` behind them; returns where it ends. */
static char *
put_digits(char *at, int number, int count, char behind)
{
	for (int i = count - 1; i >= 0; i--, number /= 10)
		at[i] = (char)('0' + number % 10);
	at[count] = behind;
	return at + count + 1;
}

/* By hand, since it is written several times for each exchange: strftime and snprintf take ten times as
 * long. */
char *
clock_text(char text[CLOCK_TEXT_SIZE], int64_t ms)
{
	int64_t seconds = whole_seconds(ms);
	struct tm utc = clock_split(seconds);
	char *at = text;

	if (utc.tm_year < -1900 || utc.tm_year > 9999 - 1900)
		utc.tm_year = utc.tm_year < 0 ? -1900 : 9999 - 1900; /* there is no fifth digit */
	at = put_digits(at, utc.tm_year + 1900, 4, '-');
	at = put_digits(at, utc.tm_mon + 1, 2, '-');
	at = put_digits(at, utc.tm_mday, 2, 'T');
	at = put_digits(at, utc.tm_hour, 2, ':');
	at = put_digits(at, utc.tm_min, 2, ':');
	at = put_digits(at, utc.tm_sec, 2, '.');
	at = put_digits(at, (int)(ms - seconds * 1000), 3, 'Z');
	*at = '\0';
	return text;
}

/* Takes `count` digits behind a sign (0: none) off the text. */
static bool
take_digits(int *out, const char **text, char sign, int count)
{
	const char *at = *text;
	int value = 0;

	if (sign && *at++ != sign)
		return false;
	for (int i = 0; i < count; i++, at++) {
		if (!isdigit((unsigned char)*at))
			return false;
		value = 10 * value + (*at - '0');
	}
	*out = value;
	*text = at;
	return true;
}

/* A day that there is not, timegm would take for another one. */
static bool
take_date(struct tm *out, const char **text)
{
	struct tm parsed = {0}, again;

	if (!take_digits(&parsed.tm_year, text, 0, 4) ||
		!take_digits(&parsed.tm_mon, text, '-', 2) ||
		!take_digits(&parsed.tm_mday, text, '-', 2))
		return false;
	parsed.tm_year -= 1900;
	parsed.tm_mon--;
	again = clock_split(clock_join(parsed));
	*out = parsed;
	return again.tm_mon == parsed.tm_mon && again.tm_mday == parsed.tm_mday;
}

static bool
take_time(struct tm *out, int *ms, const char **text)
{
	*ms = 0;
	if (!take_digits(&out->tm_hour, text, 'T', 2) || !take_digits(&out->tm_min, text, ':', 2))
		return false;
	if (**text == ':' && !take_digits(&out->tm_sec, text, ':', 2))
		return false;
	if (**text == '.' && !take_digits(ms, text, '.', 3))
		return false;
	return out->tm_hour < 24 && out->tm_min < 60 && out->tm_sec < 60;
}

/* Gives how much the time is ahead of UTC. */
static bool
take_zone(int *minutes, const char **text)
{
	char sign = **text;
	int hours = 0, rest = 0;

	*minutes = 0;
	if (sign == 'Z')
		(*text)++;
	if (sign != '+' && sign != '-')
		return true;
	if (!take_digits(&hours, text, sign, 2) || !take_digits(&rest, text, ':', 2))
		return false;
	*minutes = (sign == '-' ? -1 : 1) * (60 * hours + rest);
	return hours < 24 && rest < 60;
}

bool
clock_parse(int64_t *ms, const char *text)
{
	int thousandths = 0, ahead = 0;
	struct tm utc;

	if (!take_date(&utc, &text))
		return false;
	if (*text && (!take_time(&utc, &thousandths, &text) || !take_zone(&ahead, &text)))
		return false;
	if (*text)
		return false;
	*ms = (clock_join(utc) - INT64_C(60) * ahead) * 1000 + thousandths;
	return true;
}
