/*
 * What a program's database looks like, so that no other file is taken for one,
 * and what makes one of an older version like it.
 */
#pragma once

#include <stdint.h>

#include "common/buffer.h"
#include "common/diag.h"

struct database_schema {
	int64_t application_id; /* PRAGMA application_id */
	int64_t version;        /* PRAGMA user_version; a file of a newer one is refused */
	/* `version` of them: the first makes the tables in an empty database, and each brings a
	 * database of the version before to its own. */
	const char *const *scripts;
};

/* What a file says of itself. */
struct database_facts {
	int64_t application_id;
	int64_t version;
	int64_t objects;     /* tables, indexes, views */
	struct buffer check; /* "ok", or the first thing that is wrong */
};

static inline void
database_facts_done(struct database_facts *facts)
{
	buffer_done(&facts->check);
}

#define DATABASE_FACTS_CLEANUP __attribute__((cleanup(database_facts_done)))

/* Says whether the file at `path` can be used: it has nothing in it yet, or is whole, ours, and of a
 * version that we know. DONE or REFUSED, with words on `object`. */
int database_schema_judge(const struct database_schema *schema, const struct database_facts *facts,
	const char *object, const char *path, struct diag *diag);

/* Appends the SQL that brings a database of `version` (0: an empty one) to the schema's, in one
 * transaction with what marks the file as ours. */
void database_schema_script(
	struct buffer *out, const struct database_schema *schema, int64_t version);
