/*
 * How rows of the action table are written, and the tables that they stand in. A
 * new action is one row in one of them and its function beside it.
 *
 * The first argument has the name of its action:
 *
 *   {.name = "delay", .stage = "respond", .help = "...",
 *    .arguments = {{DURATION("delay", NULL, 1, HOUR), .help = "..."}}, .apply = apply_delay},
 */
#pragma once

#include "server/action.h"

/* The rows of one kind; the last one has no name. */
extern const struct action_row action_rows_answer[];      /* no answer, or another one */
extern const struct action_row action_rows_http[];        /* the answer's headers and body */
extern const struct action_row action_rows_certificate[]; /* what the CA signs */
extern const struct action_row action_rows_reply[];       /* the CertRep */
extern const struct action_row action_rows_wire[];        /* how its bytes leave */

/* clang-format off */
#define VALUE(what, value, type, low, high) \
	.name = (what), .kind = (type), .standard = (value), .min = (low), .max = (high)
#define NUMBER(name, standard, min, max)   VALUE(name, standard, VALUE_NUMBER, min, max)
#define DURATION(name, standard, min, max) VALUE(name, standard, VALUE_DURATION, min, max)
#define SIZE(name, standard, min, max)     VALUE(name, standard, VALUE_SIZE, min, max)
#define TEXT(name, standard, max)          VALUE(name, standard, VALUE_TEXT, 1, max)
#define TEXT_OR_NONE(name, standard, max)  VALUE(name, standard, VALUE_TEXT, 0, max)
#define CHOICE(what, value, ...) \
	.name = (what), .kind = VALUE_CHOICE, .standard = (value), \
	.choices = (const char *const[]){__VA_ARGS__, NULL}
/* Of an action without an argument of its own: "refuse: true". */
#define ON(what) .name = (what), .kind = VALUE_ON

#define SECOND_MS INT64_C(1000)
#define HOUR_MS   (3600 * SECOND_MS)
/* clang-format on */
