/*
 * Holds what was seen against what a fault profile says must be seen.
 */
#pragma once

#include "tests/integration/profile_seen.h"

/* Checks each member of `sees`; fails the test with the profile, the step, what was wanted and what
 * came. */
void profile_sights_check(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *sees);
