/*
 * A file to which whole lines are appended, each with one write(2), so that
 * somebody who reads along never sees half a line.
 *
 * When the disk fails, the server goes on: the failure is told once, lines are
 * dropped, and each later one tries the file again.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

struct log_file {
	char *path;
	int descriptor; /* -1: not open */
	bool failing;   /* the failure has been told */
};

/* Makes a folder and those above it where they are missing. DONE, or REFUSED when this process may
 * not write to it. */
int log_file_make_directory(const char *path, struct diag *diag);

/* Starts with a path, which is taken over; nothing is opened. */
void log_file_init(struct log_file *file, char *path);

/* Goes on with another path, which is taken over; nothing is opened. */
void log_file_turn(struct log_file *file, char *path);

/* Opens the file for appending. DONE or REFUSED. */
int log_file_open(struct log_file *file, struct diag *diag);

/* Returns whether the next append has to open the file first. */
bool log_file_is_closed(const struct log_file *file);

/*
 * Appends lines, opening the file when it is not: all of them are in the file when this returns, or
 * none. DONE; BROKEN with words at the first of a row of failures, DONE at the others.
 */
int log_file_append(struct log_file *file, struct bytes lines, struct diag *diag);

void log_file_done(struct log_file *file);
