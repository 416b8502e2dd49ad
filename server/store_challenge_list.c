#include "server/store_challenge_list.h"

#include <stdlib.h>
#include <string.h>

#include "server/store_private.h"

#define SERVER "CASE WHEN site = ?1 THEN 1 ELSE CAST(substr(site, length(?1) + 2) AS INTEGER) END"

/* Those of a site, ?1. */
#define PASSWORDS(condition)                                                                       \
	"SELECT 0 AS is_token, " SERVER " AS server, challenge AS name, made_at, expires_at,"      \
	" 0 AS used_at, 0 AS used_by FROM challenges WHERE " SITE_AND_SERVERS condition            \
	" UNION ALL"                                                                               \
	" SELECT 0, " SERVER ", challenge, made_at, expires_at, used_at, used_by"                  \
	" FROM spent_challenges WHERE " SITE_AND_SERVERS condition
#define TOKENS                                                                                     \
	"SELECT 1 AS is_token, 1 AS server, minted.identifier AS name, minted.made_at,"            \
	" minted.expires_at, used.used_at, used.used_by"                                           \
	" FROM minted_tokens AS minted LEFT JOIN used_tokens AS used"                              \
	" ON used.site = minted.site AND used.identifier = minted.identifier"                      \
	" WHERE minted.site = ?1"                                                                  \
	" UNION ALL"                                                                               \
	" SELECT 1, 1, identifier, used_at, expires_at, used_at, used_by FROM used_tokens AS used" \
	" WHERE site = ?1 AND NOT EXISTS (SELECT 1 FROM minted_tokens AS minted"                   \
	"  WHERE minted.site = ?1 AND minted.identifier = used.identifier)"

#define IN_ORDER " ORDER BY made_at DESC, server, name"

/* Pages are cut out of all of them: a server has PasswordMax that wait, unless a test has it have more,
 * and of the others the latest are kept. */
static const char ALL[] = PASSWORDS("") " UNION ALL " TOKENS IN_ORDER;

/* The challenge ?2, whose HMAC is ?3: SQLite looks for them in an index of each table. */
static const char ONE[] = PASSWORDS(" AND hmac = ?3") " UNION ALL SELECT * FROM (" TOKENS
						      ") WHERE name = ?2" IN_ORDER;

/* A row, and who wants it. */
struct list {
	struct store_page *page;
	const struct challenge_filter *filter;
	int64_t now;
	void (*each)(void *context, const struct challenge_entry *entry);
	void *context;
	/* the cursor */
	int64_t after_made_at, after_server;
	const char *after_name; /* NULL: none */
	/* the row */
	int64_t is_token, server, used_by;
	struct buffer name;
	struct challenge_record record;
	/* the entry that was given last */
	int64_t last_made_at, last_server;
	struct buffer last_name;
	bool more;
};

static enum challenge_state
state_of(const struct list *list)
{
	if (list->used_by)
		return CHALLENGE_USED;
	if (list->record.used_at)
		return CHALLENGE_REVOKED;
	return list->record.expires_at <= list->now ? CHALLENGE_EXPIRED : CHALLENGE_VALID;
}

static bool
fits(const struct list *list)
{
	const struct challenge_filter *filter = list->filter;

	return !filter->has_state || filter->state == list->record.state;
}

static bool
is_behind_cursor(struct list *list)
{
	if (!list->after_name)
		return true;
	if (list->record.made_at != list->after_made_at)
		return list->record.made_at < list->after_made_at;
	if (list->server != list->after_server)
		return list->server > list->after_server;
	return strcmp(buffer_text(&list->name), list->after_name) > 0;
}

static void
give(struct list *list)
{
	const struct challenge_entry entry = {
		.challenge = buffer_text(&list->name),
		.is_token = list->is_token != 0,
		.server = (unsigned)list->server,
		.record = list->record,
	};

	list->page->given++;
	list->last_made_at = list->record.made_at;
	list->last_server = list->server;
	buffer_clear(&list->last_name);
	buffer_append(&list->last_name, buffer_bytes(&list->name));
	list->each(list->context, &entry);
}

static void
look(void *context)
{
	struct list *list = context;

	list->record.used_by = (uint64_t)list->used_by;
	list->record.state = state_of(list);
	if (!fits(list))
		return;
	list->page->total++;
	if (!is_behind_cursor(list))
		return;
	if (list->page->given == list->page->limit)
		list->more = true;
	else
		give(list);
}

/* A cursor is the time, the server and the name of the entry that was given last: "1700000000000 1
 * 8CE31702". */
static int
read_cursor(struct list *list, struct diag *diag)
{
	const char *after = list->page->after;
	char *end, *name;

	if (!after)
		return DONE;
	list->after_made_at = strtoll(after, &end, 10);
	if (end == after || *end != ' ')
		return store_page_refuse_cursor(list->page, diag);
	list->after_server = strtoll(end, &name, 10);
	if (name == end || *name != ' ')
		return store_page_refuse_cursor(list->page, diag);
	list->after_name = name + 1;
	return DONE;
}

static int
run(struct list *list, struct store *store, const char *site, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	BUFFER_CLEANUP struct buffer hmac = {0};
	struct database_value values[3] = {value_text(site), value_text(list->filter->challenge)};
	bool one = list->filter->challenge != NULL;
	struct challenge_record *record = &list->record;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	if (one && store_challenge_hmac(&hmac, &transaction, list->filter->challenge, diag) != DONE)
		return BROKEN;
	values[2] = value_blob(buffer_bytes(&hmac));
	if (database_each(&transaction, one ? ONE : ALL, values, one ? 3 : 1,
		    COLUMNS({.integer = &list->is_token}, {.integer = &list->server},
			    {.bytes = &list->name}, {.integer = &record->made_at},
			    {.integer = &record->expires_at}, {.integer = &record->used_at},
			    {.integer = &list->used_by}),
		    look, list, diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}

int
store_challenge_list(struct store_page *page, struct store *store, const char *site,
	const struct challenge_filter *filter, int64_t now,
	void (*each)(void *context, const struct challenge_entry *entry), void *context,
	struct diag *diag)
{
	struct list list = {
		.page = page, .filter = filter, .now = now, .each = each, .context = context};
	int result = store_page_start(page, diag);

	if (result == DONE)
		result = read_cursor(&list, diag);
	if (result == DONE)
		result = run(&list, store, site, diag);
	if (result == DONE && list.more)
		buffer_append_format(&page->next, "%lld %lld %s", (long long)list.last_made_at,
			(long long)list.last_server, buffer_text(&list.last_name));
	buffer_done(&list.name);
	buffer_done(&list.last_name);
	return result;
}
