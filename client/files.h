/*
 * Files that the client reads whole, and sets of files that it writes: each
 * appears complete or not at all, and none is replaced unless that is asked
 * for.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "common/buffer.h"
#include "common/diag.h"

/* What a file may weigh that is read. */
#define FILES_READ_MAX (1 << 20)

/* Appends the content of a file. DONE or REFUSED, with words that name the path. */
int files_read(struct buffer *out, const char *path, struct diag *diag);

/* One file to be written. */
struct output_file {
	const char *path;
	struct bytes content;
	mode_t mode;
};

/*
 * Checks that a file can be written there: that its directory exists or can be made, and that
 * there is no file yet, unless it holds the same content or `force` is set. DONE or REFUSED.
 */
int files_check_output(const struct output_file *file, bool force, struct diag *diag);

/*
 * Writes the files: all into temporary files first, which then take their names. Makes the last
 * directory of a path when it is missing. A file that holds the same content is left alone; any
 * other is REFUSED unless `force` is set. DONE, REFUSED, or BROKEN when the disk fails.
 */
int files_write_all(const struct output_file *files, size_t count, bool force, struct diag *diag);
