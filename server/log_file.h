/*
 * A file to which whole lines are appended, each with one write(2), so that
 * somebody who reads along never sees half a line.
 *
 * When the disk fails, the server goes on: the failure is told once, lines are
 * dropped, and each later one tries the file again; when one gets through, that
 * is told too. A file that somebody has removed, or its folder, is made again.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

struct log_file {
	char *path;
	int descriptor;    /* -1: not open */
	bool failing;      /* the failure has been told */
	uint64_t lost;     /* appends, since it was told */
	bool named;        /* it is open, and its file system says whether it has a name */
	unsigned removals; /* log_watch_removals when that was asked last */
	bool secret;       /* set before it is opened: nobody but its owner may read it */
};

/* Returns how many appends have failed, of all files since the start of the process. From any thread. */
uint64_t log_file_failures(void);

/* Makes a folder and those above it where they are missing, and watches it. DONE, or REFUSED when this process may
 * not write to it. */
int log_file_make_directory(const char *path, struct diag *diag);

/* Starts with a path, which is taken over; nothing is opened. */
void log_file_init(struct log_file *file, char *path);

/* Goes on with another path, which is taken over; nothing is opened. */
void log_file_turn(struct log_file *file, char *path);

/* Has the next append open the file anew, as somebody may have renamed it, and a failure told again. */
void log_file_reopen(struct log_file *file);

/* Opens the file for appending, and makes its folder where that is missing. DONE or REFUSED. */
int log_file_open(struct log_file *file, struct diag *diag);

/* Returns whether the next append has to open the file first; so it is with one that was removed, once
 * the loop has noticed (log_watch.h). */
bool log_file_is_closed(struct log_file *file);

/*
 * Appends lines, opening the file when it is not: all of them are in the file when this returns, or
 * none. DONE; BROKEN with words at the first of a row of failures, DONE at the others.
 */
int log_file_append(struct log_file *file, struct bytes lines, struct diag *diag);

void log_file_done(struct log_file *file);
