/*
 * Whether SQLite could read all of a WAL, the log beside a database in which commits
 * stand that are not in it yet. SQLite takes it up to the first frame that is not
 * right, and says nothing: that is so where a process was killed while it wrote, and
 * then nothing behind that frame was ever committed. Where something was, the WAL is
 * damaged, and what devices were told would be forgotten.
 */
#pragma once

#include "common/diag.h"

/* Looks at PATH-wal. DONE, also when there is none; REFUSED when it is damaged or cannot be read. */
int database_wal_check(const char *path, struct diag *diag);
