/*
 * Times as people write them: ISO 8601 in UTC, "2026-01-31T23:59:59Z", with up to three
 * decimals of the second. clock_text writes the same form.
 */
#pragma once

#include <stdint.h>

#include "common/diag.h"

/* Reads a time from 1970 to 9999 as milliseconds since 1970. DONE, or REFUSED with the object of the diag
 * left empty. */
int timestamp_parse(int64_t *out_ms, const char *text, struct diag *diag);
