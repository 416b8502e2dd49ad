/*
 * The time of day as the deployment sees it. Everything that has a date asks
 * this clock, so that a test can stop it, set it and move it on. Durations of
 * real work (time-taken, deadlines) are measured with clock_monotonic_ns.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define CLOCK_DAY_SECONDS 86400

/*
 * Shared by all threads; every member is atomic but `base`, which is set before they see it. All zero
 * is the real time. A clock with a base follows that one: what moves the base moves it too, unless it
 * stands.
 */
struct clock {
	const struct clock *base;  /* borrowed; NULL: the real time */
	_Atomic int64_t offset_ms; /* added to the base's time while the clock runs */
	_Atomic int64_t frozen_ms; /* the time while it stands */
	atomic_bool frozen;
};

/* How far a clock is ahead of its base, and when it stands. All zero follows the base. */
struct clock_state {
	int64_t offset_ms; /* 0 while it stands */
	int64_t frozen_ms; /* while it stands */
	bool frozen;
};

/* Returns what it is, for clock_restore, which has a clock be so. */
struct clock_state clock_save(const struct clock *clock);
void clock_restore(struct clock *clock, const struct clock_state *state);

/* Returns the time in milliseconds since 1970-01-01 UTC. */
int64_t clock_now_ms(const struct clock *clock);

/* Returns the time of the clock's base, which the clock shows after clock_reset. */
int64_t clock_base_ms(const struct clock *clock);

/* Returns the time in whole seconds since 1970-01-01 UTC. */
int64_t clock_now(const struct clock *clock);

/* Stops the clock at `now_ms`. */
void clock_freeze(struct clock *clock, int64_t now_ms);

/* Puts the clock to `now_ms`, where it runs on or stands as before. */
void clock_set(struct clock *clock, int64_t now_ms);

/* Moves the clock by `ms`, running or stopped; negative steps back. */
void clock_advance(struct clock *clock, int64_t ms);

/* Lets a clock that stands run on from where it stood, so that its time does not jump. */
void clock_run(struct clock *clock);

/* Lets the clock show its base's time again. */
void clock_reset(struct clock *clock);

/* Returns nanoseconds of a clock that never steps; for durations alone. */
int64_t clock_monotonic_ns(void);

/* Splits seconds since 1970 into UTC date and time. */
struct tm clock_split(int64_t seconds);

/* Returns the seconds since 1970 of a UTC date and time; members are normalised as timegm does. */
int64_t clock_join(struct tm utc);

/* The size of "2026-01-31T23:59:59.000Z" with its NUL. */
#define CLOCK_TEXT_SIZE 32

/* Writes seconds since 1970 as "Sat, 31 Jan 2026 23:59:59 GMT" (RFC 9110
 * 5.6.7) and returns `text`. */
char *clock_http_text(char text[CLOCK_TEXT_SIZE], int64_t seconds);

/* Writes seconds since 1970 as Windows does in the United States, "01/31/2026 23:59:59", or, of a day of twice
 * twelve hours, "01/31/2026 11:59:59 PM", and returns `text`. */
char *clock_windows_text(char text[CLOCK_TEXT_SIZE], int64_t seconds, bool twice_twelve);

/* Writes `ms` as ISO 8601 UTC with milliseconds and returns `text`. */
char *clock_text(char text[CLOCK_TEXT_SIZE], int64_t ms);
