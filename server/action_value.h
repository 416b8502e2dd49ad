/*
 * One value of a rule: what it may be, said by a row, and how it is read. Arguments
 * of actions, members of `when` and fields of `match` are all such values.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/diag.h"

struct condition;

enum value_kind {
	VALUE_NUMBER,       /* number */
	VALUE_SHARE,        /* 0.25; number: millionths */
	VALUE_DURATION,     /* "250ms", "2s"; number: milliseconds */
	VALUE_SIZE,         /* "64KiB", 512; number: bytes */
	VALUE_CHOICE,       /* number: an index into the choices */
	VALUE_MESSAGE_TYPE, /* PKCSReq or 19; number */
	VALUE_TEXT,         /* text; NULL: none */
	VALUE_SETTINGS,     /* a mapping of settings; condition: the site's with these on top */
	VALUE_ON,           /* true, and nothing else: the action has no argument of its own */
};

#define VALUE_SHARE_WHOLE 1000000

/* More than any message type that has a meaning, and what nobody mistypes by accident. */
#define MESSAGE_TYPE_MAX 255

struct action_argument {
	const char *name;
	enum value_kind kind;
	/* Of a number, milliseconds, bytes; of a text in bytes, where 0 as min allows null, for
	 * none. */
	int64_t min, max;
	const char *const *choices; /* NULL behind the last */
	const char *standard;       /* as text, "" for none; NULL: it must be given */
	/* Looks at a text that is not none; the caller names the argument in the diag. NULL: any. */
	int (*check)(const char *value, struct diag *diag);
	const char *form; /* what `check` takes: "a pattern"; NULL: a text */
	/* Appends a regular expression (common/pattern.h) for what `check` takes; NULL: for anything. */
	void (*write_pattern)(struct buffer *out);
	const char *help; /* what it does, one sentence without its full stop */
};

/* A value as the rule has it, checked. */
struct action_value {
	int64_t number;
	char *text;
	struct condition *condition;
};

/*
 * Reads a value of any kind but VALUE_SETTINGS, whose words are not in the value alone. DONE, or
 * REFUSED with the argument's name as the object.
 */
int action_value_read(struct action_value *out, const struct action_argument *argument,
	const json_t *value, struct diag *diag);

/* Sets an argument that is not given to its standard, which it has. */
void action_value_set_standard(struct action_value *out, const struct action_argument *argument);

/* Appends what a value may be: "1 to 64", "250ms to 1h", "http_sys, iis or mscep". */
void action_value_write_range(struct buffer *out, const struct action_argument *argument);

/* Appends milliseconds as a duration: "250ms", "2s", "366d". */
void action_value_write_duration(struct buffer *out, int64_t ms);

void action_value_done(struct action_value *value);
