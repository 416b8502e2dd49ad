/*
 * Sizes as people write them: "512", "512B", "64KiB", "1MiB". "KB" is refused, since to
 * some it is 1000 bytes and to others 1024.
 */
#pragma once

#include <stdint.h>

#include "common/buffer.h"
#include "common/diag.h"

/* Reads a size of at most 1 GiB as bytes. DONE, or REFUSED with the object of the diag left empty. */
int size_parse(int64_t *out, const char *text, struct diag *diag);

/* Appends a regular expression (pattern.h) for what size_parse takes and is from `min`, which is not
 * negative, to `max` bytes. */
void size_write_pattern(struct buffer *out, int64_t min, int64_t max);
