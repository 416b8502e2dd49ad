/*
 * Which lines a request adds to the logs of a deployment's default site, and what
 * these hold as a whole.
 */
#pragma once

#include <jansson.h>

#include "tests/integration/deployment.h"

#define PROFILE_LOGS_COUNT 7

struct profile_logs {
	size_t sizes[PROFILE_LOGS_COUNT]; /* before the request */
};

/* Remembers how long they are. */
void profile_logs_mark(struct profile_logs *logs, const struct deployment *deployment);

/* Waits for the exchange's line in the journal, and holds what was added against what is wanted (NULL:
 * nothing). Returns NULL, or what is wrong; the caller frees. */
char *profile_logs_check(
	const struct profile_logs *logs, const struct deployment *deployment, const json_t *wanted);

/* Returns whether the journal has an exchange that a fault has shaped. */
bool profile_logs_tell_of_faults(const struct deployment *deployment);

/* Holds whole logs, new lines or not, against {LOG: {has: text, lacks: text}}, where lists of texts may
 * stand (NULL: nothing is wanted). Returns NULL, or what is wrong; the caller frees. */
char *profile_logs_check_files(const struct deployment *deployment, const json_t *wanted);
