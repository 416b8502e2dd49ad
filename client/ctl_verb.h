/*
 * What `mock-ndes ctl` can do: one row a verb, with the call of the control API
 * behind it. Command line, help and manual read the rows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/options.h"

#define CTL_POSITIONALS_MAX 3
#define CTL_OPTIONS_MAX     48

/* Where a word of the command line goes. */
enum ctl_place {
	CTL_NOWHERE, /* how the answer is shown; the verb asks for it */
	CTL_PATH,    /* the next {...} of the path */
	CTL_BODY,    /* a member of the body */
	CTL_QUERY,   /* a parameter of the query */
	CTL_MATCH,   /* what exchanges must be like: `match` of a body, or the query */
	CTL_SETTING, /* NAME=VALUE, a member of the body's `settings` */
	CTL_FILE, /* a file that is the body, "-" for standard input; or the text itself, "{...}" */
	CTL_FAULT, /* such a file, or the name of a fault profile */
};

/* What it becomes in JSON. */
enum ctl_type {
	CTL_TEXT,
	CTL_NUMBER,
	CTL_FLAG,
	CTL_LIST, /* of texts, separated by commas */
};

struct ctl_positional {
	const char *name; /* for the reader: "SITE"; NULL behind the last */
	enum ctl_place place;
	const char *member;
	bool optional;
	bool repeated; /* of the last one */
};

struct ctl_option {
	struct option_row row;
	enum ctl_place place;
	enum ctl_type type;
	const char *member;
};

/* How an answer is shown to a person. */
enum ctl_show {
	CTL_SHOW_OBJECT, /* a line a member */
	CTL_SHOW_LIST,   /* a line an item, in columns */
	CTL_SHOW_RAW,    /* as it comes */
	CTL_SHOW_EXPLAINED,
	CTL_SHOW_VERDICT,
	CTL_SHOW_EVENTS, /* as they come */
};

struct ctl_verb {
	const char *words; /* "fault add" */
	struct ctl_positional positionals[CTL_POSITIONALS_MAX + 1];
	const char *options; /* the names of those that it takes, with a blank between them */
	const char *method;
	const char *path; /* "/v1/sites/{site}/faults/{}" */
	enum ctl_show show;
	const char *list;    /* the answer's member that is the list */
	const char *columns; /* the members of its items, with a blank between them */
	const char *help;    /* what it does, one sentence without its full stop */
};

/* Return the rows; NULL behind the last. */
const struct ctl_verb *ctl_verb_at(size_t index);
const struct ctl_option *ctl_option_at(size_t index);

/* Returns the option of this name, or NULL. */
const struct ctl_option *ctl_option_named(const char *name);

/* Fills in the rows of the options of a verb, those of all verbs among them; returns how many. */
size_t ctl_verb_options(struct option_row rows[CTL_OPTIONS_MAX], const struct ctl_verb *verb);
