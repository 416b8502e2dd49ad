/*
 * The file that tells a waiting script where the server listens. It is there
 * while the server is ready, and whole whenever it is there.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

/* Writes the file under another name beside it, then renames. DONE, or REFUSED with nothing left. */
int ready_file_write(const char *path, struct bytes text, struct diag *diag);

/* Removes it; a NULL path is allowed. */
void ready_file_remove(const char *path);
