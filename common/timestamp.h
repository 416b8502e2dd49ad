/*
 * Times as people write them: ISO 8601 in UTC, "2026-01-31T23:59:59Z", with up to three
 * decimals of the second. clock_text writes the same form.
 */
#pragma once

#include <stdint.h>

#include "common/buffer.h"
#include "common/diag.h"

/* Reads a time from 1970 to 9999 as milliseconds since 1970. DONE, or REFUSED with the object of the diag
 * left empty. */
int timestamp_parse(int64_t *out_ms, const char *text, struct diag *diag);

/* Appends a regular expression (pattern.h) for what timestamp_parse takes; it knows no month's length, and
 * takes the 31st of each. */
void timestamp_write_pattern(struct buffer *out);
