/*
 * What a person at the server is told of a database that fails while it is in use:
 * once that there is no room, until there was some for a while; once that it is damaged.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/diag.h"

/* Starts all zero. Its database's lock is held. */
struct database_trouble {
	bool open; /* what goes wrong before is told by whoever opens it, and not here */
	_Atomic uint64_t write_failures;
	int64_t failed_ns; /* when a write failed last */
	bool damage_told;
};

/* A write has failed: counts it, and tells of the first in a while: at the edge, small writes still
 * succeed between those that fail. `object` is the diag's, `words` SQLite's, `error` an errno or 0.
 * Says so in the diag, which it marks not_written. */
void database_trouble_write(struct database_trouble *trouble, const char *object, const char *words,
	int error, struct diag *diag);

/* Something else stands in the file than SQLite has written: tells it, and says so in the diag. */
void database_trouble_damage(
	struct database_trouble *trouble, const char *object, const char *words, struct diag *diag);
