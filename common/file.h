/*
 * Files read and written whole. What can go wrong is an errno; the words belong
 * to the caller, who knows what the file was for.
 */
#pragma once

#include "common/buffer.h"

/* Appends the content of a file. Returns 0, or the errno: EFBIG when it has more than `limit` bytes.
 * What was read before a failure may have been appended. */
int file_read(struct buffer *out, const char *path, size_t limit);

/* Writes all of `content`. Returns 0 or the errno. */
int file_write(int descriptor, struct bytes content);

/* The same, and closes the descriptor whatever happens. */
int file_write_and_close(int descriptor, struct bytes content);
