/*
 * What a body or a query of the control API may hold: one row a member. The check
 * of a request, the OpenAPI document and the manual read the rows.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/control_problem.h"

enum control_kind {
	CONTROL_TEXT,     /* min to max bytes */
	CONTROL_NUMBER,   /* a whole number, min to max */
	CONTROL_BOOLEAN,  /* true or false */
	CONTROL_CHOICE,   /* one of the choices */
	CONTROL_DURATION, /* "250ms", "40d"; min to max milliseconds, a negative min allows "-1h" */
	CONTROL_TIME,     /* "2027-01-31T23:59:59Z", thousandths allowed */
	CONTROL_TEXTS,    /* a list of min to max texts */
	CONTROL_OBJECT,   /* an object with the members of `fields` */
	CONTROL_OBJECTS,  /* a list of min to max such objects */
	CONTROL_SETTINGS, /* an object of settings, see settings_table.h; null is the default of one */
	CONTROL_RULE,     /* an object that is a rule; rule_reader.h reads it */
	CONTROL_RULE_MEMBER, /* what stands in a rule under its name: match, when or do */
	CONTROL_RULES,       /* a list of min to max rules */
	CONTROL_ANY,         /* anything that is JSON */
};

struct control_field {
	const char *name;
	enum control_kind kind;
	int64_t min, max;
	const char *const *choices;         /* NULL behind the last */
	const struct control_field *fields; /* of objects; the last has no name */
	bool required;                      /* and not null */
	const char *standard; /* what its absence means, for a reader; NULL: nothing */
	const char *help;     /* one sentence without its full stop */
};

/* Of an object without members. */
extern const struct control_field control_field_none[];

/*
 * Checks a value that is to be an object with these members; NULL rows allow none. Every fault is added to
 * the problem, with `pointer` (RFC 6901, of the object itself) in front of its place. Null stands for
 * absence. Returns whether there was none.
 */
bool control_field_check(struct control_problem *problem, const struct control_field *fields,
	const json_t *value, const char *pointer);

/* Returns the row of this name, or NULL. */
const struct control_field *control_field_find(
	const struct control_field *fields, const char *name);
