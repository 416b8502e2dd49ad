/*
 * What a database file says of itself, and whether it can be used.
 */
#pragma once

#include <sys/types.h>

#include "server/database.h"

struct database_facts {
	int64_t application_id;
	int64_t version;
	int64_t objects;     /* tables, indexes, views */
	struct buffer check; /* "ok", or what is wrong, of SQLite's quick_check */
};

#define DATABASE_FACTS_CLEANUP __attribute__((cleanup(database_facts_done)))
void database_facts_done(struct database_facts *facts);

/* Reads them by a connection that nobody else has yet. DONE or BROKEN. */
int database_facts_read(struct database_facts *out, struct database *database);

/* Says why they could not be read, `words` are SQLite's. REFUSED. */
int database_facts_refuse(const char *path, bool locked, const char *words, struct diag *diag);

/* Whether the file at `path` has the schema, an older version of it, or nothing yet, and is whole. DONE
 * or REFUSED. */
int database_facts_check(struct database_facts *facts, const char *path,
	const struct database_schema *schema, struct diag *diag);

/* Appends the SQL that brings a database of `version` (0: an empty one) to the schema's, in one
 * transaction with what marks the file as ours. */
void database_facts_script(
	struct buffer *out, int64_t version, const struct database_schema *schema);

/* Returns the size of a file that is kept beside the database's, as its "-wal"; -1: it is not there. */
off_t database_facts_size_beside(const char *path, const char *suffix);
