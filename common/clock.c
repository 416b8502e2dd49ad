#include "common/clock.h"

#include <ctype.h>
#include <string.h>

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

/* Most seconds are split several times for each exchange of theirs: what was split last is kept. */
struct tm
clock_split(int64_t seconds)
{
	static _Thread_local struct {
		bool is;
		time_t when;
		struct tm utc;
	} latest;

	if (!latest.is || latest.when != (time_t)seconds) {
		latest.is = true;
		latest.when = (time_t)seconds;
		latest.utc = (struct tm){0};
		gmtime_r(&latest.when, &latest.utc);
	}
	return latest.utc;
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

/* Writes three letters and `behind` behind them; returns where they end. */
static char *
put_name(char *at, const char *name, char behind)
{
	memcpy(at, name, 3);
	at[3] = behind;
	return at + 4;
}

/* Splits seconds of which the year has four digits; others are of the first such year or the last. */
static struct tm
split_for_text(int64_t seconds)
{
	struct tm utc = clock_split(seconds);

	if (utc.tm_year < -1900 || utc.tm_year > 9999 - 1900)
		utc.tm_year = utc.tm_year < 0 ? -1900 : 9999 - 1900;
	return utc;
}

/* By hand as below. */
char *
clock_http_text(char text[CLOCK_TEXT_SIZE], int64_t seconds)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm utc = split_for_text(seconds);
	char *at = put_name(text, days[utc.tm_wday], ',');

	*at++ = ' ';
	at = put_digits(at, utc.tm_mday, 2, ' ');
	at = put_name(at, months[utc.tm_mon], ' ');
	at = put_digits(at, utc.tm_year + 1900, 4, ' ');
	at = put_digits(at, utc.tm_hour, 2, ':');
	at = put_digits(at, utc.tm_min, 2, ':');
	at = put_digits(at, utc.tm_sec, 2, ' ');
	memcpy(at, "GMT", sizeof("GMT"));
	return text;
}

char *
clock_windows_text(char text[CLOCK_TEXT_SIZE], int64_t seconds, bool twice_twelve)
{
	struct tm utc = split_for_text(seconds);
	char *at = text;

	at = put_digits(at, utc.tm_mon + 1, 2, '/');
	at = put_digits(at, utc.tm_mday, 2, '/');
	at = put_digits(at, utc.tm_year + 1900, 4, ' ');
	at = put_digits(at, twice_twelve ? (utc.tm_hour + 11) % 12 + 1 : utc.tm_hour, 2, ':');
	at = put_digits(at, utc.tm_min, 2, ':');
	at = put_digits(at, utc.tm_sec, 2, '\0');
	if (twice_twelve)
		memcpy(at - 1, utc.tm_hour < 12 ? " AM" : " PM", sizeof(" AM"));
	return text;
}

/* By hand, since it is written several times for each exchange: strftime and snprintf take ten times as
 * long. */
char *
clock_text(char text[CLOCK_TEXT_SIZE], int64_t ms)
{
	int64_t seconds = whole_seconds(ms);
	struct tm utc = split_for_text(seconds);
	char *at = text;

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
