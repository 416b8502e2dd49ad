#include "server/database_schema.h"

int
database_schema_judge(const struct database_schema *schema, const struct database_facts *facts,
	const char *object, const char *path, struct diag *diag)
{
	struct bytes check = buffer_bytes(&facts->check);

	if (facts->objects == 0 && facts->version == 0)
		return DONE;
	if (facts->application_id != schema->application_id)
		return diag_refuse(diag, object, NULL, "one of mock-ndes; name another directory",
			"%s is a database of another program", path);
	if (facts->version < 1 || facts->version > schema->version)
		return diag_refuse(diag, object, NULL,
			"an older one; use the mock-ndes that made it, or another directory",
			"%s has format %lld, and this program knows formats up to %lld", path,
			(long long)facts->version, (long long)schema->version);
	if (!bytes_equal(check, bytes_text("ok")))
		return diag_refuse(diag, object, NULL,
			"a whole database; put a copy in its place, or move it away to begin anew",
			"%s is damaged: %.*s", path, (int)(check.size < 100 ? check.size : 100),
			(const char *)check.data);
	return DONE;
}

void
database_schema_script(struct buffer *out, const struct database_schema *schema, int64_t version)
{
	buffer_append_format(out,
		"BEGIN IMMEDIATE; PRAGMA application_id = %lld; PRAGMA user_version = %lld; ",
		(long long)schema->application_id, (long long)schema->version);
	for (int64_t i = version; i < schema->version; i++)
		buffer_append_format(out, "%s; ", schema->scripts[i]);
	buffer_append_text(out, "COMMIT");
}
