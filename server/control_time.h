/* Times in answers of the control API. */
#pragma once

#include <jansson.h>

#include "common/clock.h"

/* Returns milliseconds since 1970 as a text, or null for 0. */
static inline json_t *
control_time_json(int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	return ms ? json_string(clock_text(text, ms)) : json_null();
}
