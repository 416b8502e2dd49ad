/*
 * Values of options that are neither a plain text nor a plain number.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/diag.h"

/* The longest duration that is taken. */
#define OPTION_DURATION_MAX_MS (INT64_C(366) * 24 * 3600 * 1000)

struct option_choice {
	const char *word;
	int value;
};

/* Finds a word, without case, among the choices; the refusal lists them all. DONE or REFUSED. */
int option_choose(int *out, const struct option_choice *choices, size_t count, const char *value,
	struct diag *diag);

/* Reads "10", "10s", "250ms", "5m", "2h", "40d", with a '-' in front where that is allowed, as
 * milliseconds; a bare number is seconds. DONE or REFUSED. */
int option_duration(int64_t *out, const char *value, bool may_be_negative, struct diag *diag);
