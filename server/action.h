/*
 * What a rule can do to an exchange: one row an action, with the stage after
 * which it strikes and its arguments. Rules, JSON Schema, help and manual read the
 * rows; no action has a name anywhere else.
 */
#pragma once

#include <stddef.h>

#include "server/action_value.h"

struct exchange;

#define ACTION_ARGUMENTS_MAX 6

struct action_row {
	const char *name;
	/* The name of the pipeline's stage after which it strikes. A rule that is decided later,
	 * because it asks for what stands in the message, strikes as soon as it is decided when
	 * that is behind this stage. */
	const char *stage;
	/* The one operation whose exchanges it can strike ("PKIOperation"), by its word in rules
	 * (request_kind.h): a rule with it neither strikes nor counts others. NULL: any. */
	const char *operation;
	const char *help; /* what it does, one sentence without its full stop */
	/* The first one stands under the action's name, the others beside it; the last has no name. */
	struct action_argument arguments[ACTION_ARGUMENTS_MAX + 1];
	/* Edits what its stage fills, and nothing else. `values` are in the order of the arguments
	 * and live as long as the exchange. Returns STAGE_NEXT, STAGE_ANSWERED when the exchange is
	 * answered by it, or STAGE_BROKE. */
	int (*apply)(struct exchange *exchange, const struct action_value *values);
};

/* The rows of all tables (action_rows_*.c) in turn; NULL behind the last. */
const struct action_row *action_row_at(size_t index);

/* Returns the row of this name, or NULL. */
const struct action_row *action_row(const char *name);
