#include "server/database_facts.h"

#include <string.h>
#include <sys/stat.h>

#include "common/memory.h"

#define OBJECT "state file"

void
database_facts_done(struct database_facts *facts)
{
	buffer_done(&facts->check);
}

int
database_facts_read(struct database_facts *out, struct database *database)
{
	struct database_transaction all = {database}; /* nobody else has it yet */

	if (database_read(&all, "SELECT count(*) FROM sqlite_master", NULL, 0,
		    COLUMNS({.integer = &out->objects}), NULL) != DATABASE_ROW ||
		database_read(&all, "PRAGMA application_id", NULL, 0,
			COLUMNS({.integer = &out->application_id}), NULL) != DATABASE_ROW ||
		database_read(&all, "PRAGMA user_version", NULL, 0,
			COLUMNS({.integer = &out->version}), NULL) != DATABASE_ROW ||
		database_read(&all, "PRAGMA quick_check(1)", NULL, 0,
			COLUMNS({.bytes = &out->check}), NULL) != DATABASE_ROW)
		return BROKEN;
	return DONE;
}

int
database_facts_refuse(const char *path, bool locked, const char *words, struct diag *diag)
{
	if (locked)
		return diag_refuse(diag, OBJECT, NULL, "that the other program ends first",
			"%s is locked by another program", path);
	return diag_refuse(diag, OBJECT, NULL,
		"a database of mock-ndes; move the file away to begin with a new one",
		"%s cannot be read: %s", path, words);
}

int
database_facts_check(struct database_facts *facts, const char *path,
	const struct database_schema *schema, struct diag *diag)
{
	const char *check = buffer_text(&facts->check);
	const char *line = strchr(check, '\n'); /* the first one names the database */

	if (facts->objects == 0 && facts->version == 0)
		return DONE;
	if (facts->application_id != schema->application_id)
		return diag_refuse(diag, OBJECT, NULL, "one of mock-ndes; name another directory",
			"%s is a database of another program", path);
	if (facts->version < 1 || facts->version > schema->version)
		return diag_refuse(diag, OBJECT, NULL,
			"an older one; use the mock-ndes that made it, or another directory",
			"%s has format %lld, and this program knows formats up to %lld", path,
			(long long)facts->version, (long long)schema->version);
	if (strcmp(check, "ok") != 0)
		return diag_refuse(diag, OBJECT, NULL,
			"a whole database; put a copy in its place, or move it away to begin anew",
			"%s is damaged: %.100s", path, line ? line + 1 : check);
	return DONE;
}

void
database_facts_script(struct buffer *out, int64_t version, const struct database_schema *schema)
{
	buffer_append_format(out,
		"BEGIN IMMEDIATE; PRAGMA application_id = %lld; PRAGMA user_version = %lld; ",
		(long long)schema->application_id, (long long)schema->version);
	for (int64_t i = version; i < schema->version; i++)
		buffer_append_format(out, "%s; ", schema->scripts[i]);
	buffer_append_text(out, "COMMIT");
}

off_t
database_facts_size_beside(const char *path, const char *suffix)
{
	TEXT_CLEANUP char *name = text_format("%s%s", path, suffix);
	struct stat status;

	return stat(name, &status) == 0 ? status.st_size : -1;
}
