/*
 * Durations as people write them: "250ms", "10s", "5m", "2h", "40d"; a bare number
 * is seconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/diag.h"

#define DURATION_MAX_MS   (INT64_C(366) * 24 * 3600 * 1000)
#define DURATION_YEARS_MS INT64_C(250246627199999) /* of a clock that was moved: to the year 9899 */

/* As duration_parse, of at most `max_ms`; `wanted` says that in words. */
int duration_parse_within(int64_t *out_ms, const char *text, bool may_be_negative, int64_t max_ms,
	const char *wanted, struct diag *diag);

/*
 * Reads a duration of at most 366 days as milliseconds, with a "-" in front where that is allowed.
 * DONE, or REFUSED with the object of the diag left empty.
 */
int duration_parse(int64_t *out_ms, const char *text, bool may_be_negative, struct diag *diag);

/* Appends a regular expression (pattern.h) for what duration_parse_within takes and is from `min` to `max`
 * milliseconds; a negative `min` allows the sign. */
void duration_write_pattern(struct buffer *out, int64_t min, int64_t max);

/* The same for a duration of any length, as action_value_write_duration writes them. */
void duration_write_any_pattern(struct buffer *out);
