/*
 * What a rule can do to an exchange: one row an action, with the stage after
 * which it strikes and its arguments. Rules, JSON Schema, help and manual read the
 * rows; no action has a name anywhere else.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "common/diag.h"

struct exchange;
struct condition;

enum action_kind {
	ACTION_NUMBER,   /* number */
	ACTION_DURATION, /* "250ms", "2s"; number: milliseconds */
	ACTION_SIZE,     /* "64KiB", 512; number: bytes */
	ACTION_CHOICE,   /* number: an index into the choices */
	ACTION_TEXT,     /* text */
	ACTION_SETTINGS, /* a mapping of settings; condition: the site's with these on top */
};

struct action_argument {
	const char *name; /* of the first one: the action's own */
	enum action_kind kind;
	int64_t min, max;           /* of a number, milliseconds, bytes, the length of a text */
	const char *const *choices; /* NULL behind the last */
	const char *standard;       /* as text; NULL: it must be given */
	/* Looks at a text; the caller names the argument in the diag. NULL: any. */
	int (*check)(const char *value, struct diag *diag);
	const char *help; /* what it does, one sentence */
};

/* A value as the rule has it, checked. */
struct action_value {
	int64_t number;
	char *text;
	struct condition *condition;
};

#define ACTION_ARGUMENTS_MAX 6

struct action_row {
	const char *name;
	/* The name of the pipeline's stage after which it strikes. A rule that is decided later,
	 * because it asks for what stands in the message, strikes as soon as it is decided when
	 * that is behind this stage. */
	const char *stage;
	const char *help; /* what it does, one sentence */
	/* The first one stands under the action's name, the others beside it; the last has no name. */
	struct action_argument arguments[ACTION_ARGUMENTS_MAX + 1];
	/* Edits what its stage fills, and nothing else. `values` are in the order of the
	 * arguments. Returns STAGE_NEXT, STAGE_ANSWERED when the exchange is answered by it, or
	 * STAGE_BROKE. */
	int (*apply)(struct exchange *exchange, const struct action_value *values);
};

/* The rows of all tables (action_rows_*.c) in turn; NULL behind the last. */
const struct action_row *action_row_at(size_t index);

/* Returns the row of this name, or NULL. */
const struct action_row *action_row(const char *name);
