/* Clocks as the control API tells them. */
#pragma once

#include "common/clock.h"
#include "server/control_field.h"

/* The members of a clock, for the rows of routes. */
extern const struct control_field control_clock_members[];

/* Returns a clock as a JSON object. The caller releases it with json_decref. */
json_t *control_clock_json(const struct clock *clock);
