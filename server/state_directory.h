/*
 * The directory of --state: made when missing, and used by one process at a
 * time, which is what its lock file says. The lock is flock's, so that it ends
 * with the process however that ends, and the database itself stays open to
 * people with other tools.
 */
#pragma once

#include "common/diag.h"

#define STATE_DIRECTORY_LOCK "lock"

/*
 * Makes `path`, 0700, when it is missing, and takes its lock; gives the descriptor that holds it.
 * DONE, or REFUSED: it cannot be used, or another process uses it.
 */
int state_directory_lock(int *out, const char *path, struct diag *diag);

/* Makes an empty file, 0600, unless it is there; SQLite gives the files beside it its mode. DONE, or
 * REFUSED: it cannot be written. */
int state_directory_make_file(const char *path, struct diag *diag);

/* Lets the lock go; a negative descriptor is none. */
void state_directory_unlock(int lock);
