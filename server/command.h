/*
 * A sub-command of mock-ndes as a row, and what all of them do alike: refuse,
 * print, show help. Only here and in the commands' own files does the program
 * print.
 */
#pragma once

#include "common/options.h"

/* How the process ends. */
enum command_exit {
	COMMAND_DONE = 0,
	COMMAND_FAILED = 1,
	COMMAND_USAGE = 2, /* nothing was done: the command line or the configuration is at fault */
};

struct command {
	const char *name;
	const char *usage;   /* the arguments; empty: none */
	const char *summary; /* one line for the list of commands: "serves as NDES" */
	const struct option_row *options;
	size_t option_count;
	/* argv[0] is the name. Returns an enum command_exit. */
	int (*run)(const struct command *command, int argc, char **argv);
};

/* The option that every command has; its row's `set` is NULL. */
#define COMMAND_HELP_ROW                                                                           \
	{                                                                                          \
		.name = "help", .letter = 'h', .help = "shows this text"                           \
	}

/*
 * Reads the options. Returns false when the command is to end with `exit`: after --help, or a
 * refusal, which then has been said.
 */
bool command_read_options(
	struct options *out, int *exit, const struct command *command, int argc, char **argv);

/* Moves `next` behind the verb, which is the first word of the command's usage. DONE or REFUSED. */
int command_take_verb(
	int *next, const struct command *command, int argc, char **argv, struct diag *diag);

/* Refuses positional arguments from `first` on when there are any. DONE or REFUSED. */
int command_want_no_more(int first, int argc, char **argv, struct diag *diag);

/* Says on stderr what went wrong, and returns the exit code for the outcome; a NULL command is the
 * program itself. */
int command_refuse(const struct command *command, int outcome, const struct diag *diag);

/* Writes to stdout and flushes; returns the exit code. */
int command_print(const struct command *command, struct bytes text);

/* Appends usage, summary and options. */
void command_write_help(struct buffer *out, const struct command *command);
