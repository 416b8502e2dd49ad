/*
 * `mock-ndes ctl NOUN VERB ...`: the control API from a shell, and `mock-ndes
 * healthcheck`. Answers are for a person on a terminal, else JSON as it came.
 *
 * Exit status: 0 done; 1 a check failed (a wait that ended, a verdict, no server);
 * 2 the command line is at fault, or the server refused what it was asked.
 */
#pragma once

#include "common/buffer.h"

/* Run with argv[0] as the command's name; return the exit status. */
int ctl_run(int argc, char **argv);
int ctl_run_healthcheck(int argc, char **argv);

/* Appends the help: all verbs, or those whose words begin with `words` (NULL: all). */
void ctl_write_help(struct buffer *out, const char *words);

/* Appends the verbs and options for the manual page, in mdoc. */
void ctl_write_manual(struct buffer *out);
