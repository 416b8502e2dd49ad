/*
 * Command-line options as rows of a table, each with a twin in the environment.
 *
 * The command line wins over the environment, and both are checked alike. An
 * option is written in full (getopt's abbreviations break scripts when a new
 * option comes); what is unknown is answered with the nearest known one.
 *
 * A program reads them all first, so that it can look at some before the others
 * have an effect (--help, --config), and then applies them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/diag.h"

struct option_row {
	const char *name;        /* "challenge-from" */
	char letter;             /* 'c' for -c; 0: none */
	const char *argument;    /* "URL"; NULL: a flag */
	const char *help;        /* one sentence, lower case, with the default */
	const char *environment; /* "MOCK_NDES_CHALLENGE_FROM"; NULL: none */
	/* A repeatable option: these characters stand between its values in the environment. NULL: the
	 * last value counts. */
	const char *separators;
	/* Of a repeatable option: called before the first value of the environment and of the
	 * command line, to drop what a weaker source said; NULL: the values of all sources are
	 * kept. */
	void (*restart)(void *target);
	/* Takes one value, NULL for a flag; what is to be kept is copied. DONE, REFUSED, BROKEN. On
	 * refusal the option is named by the caller. NULL: the program asks with options_value. */
	int (*set)(void *target, const char *value, struct diag *diag);
};

/* One value as given. */
struct option_value {
	const struct option_row *row;
	bool from_environment;
	char *text; /* NULL: a flag on the command line */
};

/* All that was given: first the environment, then the command line, each in order. */
struct options {
	struct option_value *values;
	size_t count;
	int first_argument; /* index of the first positional argument, which the options precede */
};

#define OPTIONS_CLEANUP __attribute__((cleanup(options_done)))

/*
 * Collects what `argv` (argv[0] is a name) and the environment say; positional arguments are moved
 * behind the options. An empty variable counts as not set. REFUSED: an unknown option, an argument
 * that is missing or too many.
 */
int options_read(struct options *out, const struct option_row *rows, size_t count, int argc,
	char **argv, struct diag *diag);

/* Returns whether the option stands on the command line. */
bool options_given(const struct options *options, const char *name);

/* Returns the value of an option that counts, borrowed; NULL when there is none. */
const char *options_value(const struct options *options, const char *name);

/*
 * Hands every value to its row. In the environment a flag is 1, true, yes or on; or 0, false, no or
 * off, as if not set. The first refusal ends it: object is the option or the variable, and whatever
 * object the row's function named has become the clause.
 */
int options_apply(const struct options *options, void *target, struct diag *diag);

void options_done(struct options *options);

/* Appends one paragraph an option, wrapped at 80 columns. */
void options_write_help(struct buffer *out, const struct option_row *rows, size_t count);

/* Reads a whole decimal number in a range, for set functions and whoever else has a text; the
 * object of the diag is left empty. DONE or REFUSED. */
int options_number(int64_t *out, const char *value, int64_t min, int64_t max, struct diag *diag);
