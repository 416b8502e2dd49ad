/*
 * A sub-command as a row: main.c has the table of all.
 */
#pragma once

#include "client/arguments.h"
#include "client/report.h"

/* How the process ends. */
enum exit_code {
	EXIT_CODE_DONE = 0,
	EXIT_CODE_FAILED = 1, /* refused by the server, or a check failed */
	EXIT_CODE_USAGE = 2,  /* nothing was sent */
};

struct command {
	const char *name;
	enum command_mask mask;
	const char *usage;   /* the positional arguments */
	const char *summary; /* one line for the list of commands */
	int (*run)(const struct arguments *arguments, struct report *report);
	int (*run_words)(
		int argc, char **argv); /* reads its command line itself; then `run` is NULL */
};
