/*
 * The table of all sub-commands, and the program around them.
 */
#pragma once

#include "server/command.h"

/* Returns the commands in the order of the help; NULL behind the last. */
const struct command *commands_at(size_t index);

/* Finds a command by name; NULL, with words in the diag, when there is none. */
const struct command *commands_find(const char *name, struct diag *diag);

/* Appends what the program is and the list of its commands. */
void commands_write_help(struct buffer *out);

/* Runs the program: the command that argv[1] names. Returns the exit code. */
int commands_run(int argc, char **argv);
