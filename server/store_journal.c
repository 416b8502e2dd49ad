#include "server/store_journal.h"

#include "server/store_private.h"

/* A counter of the whole file; no site has this name. */
#define EVERYWHERE ""
#define HIGHEST    "exchange"

static int
add_row(struct database_transaction *transaction, const struct store_journal_row *row,
	struct diag *diag)
{
	return database_run(transaction,
		"INSERT OR REPLACE INTO journal (exchange, site, arrived_at, entry)"
		" VALUES (?1, ?2, ?3, ?4)",
		VALUES(value_integer((int64_t)row->exchange), value_text_bytes(row->site),
			value_integer(row->arrived_ms), value_text_bytes(row->entry)),
		diag);
}

static int
remember_highest(struct database_transaction *transaction, uint64_t highest, struct diag *diag)
{
	return database_run(transaction,
		"INSERT INTO counters (site, name, value) VALUES ('" EVERYWHERE "', '" HIGHEST
		"', ?1) ON CONFLICT (site, name) DO UPDATE SET value = max(value, ?1)",
		VALUES(value_integer((int64_t)highest)), diag);
}

int
store_journal_add(struct store *store, const struct store_journal_row *rows, size_t count,
	uint64_t keep, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	uint64_t highest = 0;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	for (size_t i = 0; i < count; i++) {
		if (add_row(&transaction, &rows[i], diag) != DONE)
			return BROKEN;
		highest = rows[i].exchange > highest ? rows[i].exchange : highest;
	}
	if (remember_highest(&transaction, highest, diag) != DONE ||
		database_run(&transaction,
			"DELETE FROM journal WHERE exchange <="
			" (SELECT max(exchange) FROM journal) - ?1",
			VALUES(value_integer((int64_t)keep)), diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}

int
store_journal_clear(struct store *store, const char *site, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_run(&transaction, "DELETE FROM journal WHERE ?1 IS NULL OR site = ?1",
			VALUES(site ? value_text(site) : value_null()), diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}

int
store_journal_highest(uint64_t *out, struct store *store, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	int64_t highest = 0;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_read(&transaction,
			"SELECT value FROM counters WHERE site = '" EVERYWHERE
			"' AND name = '" HIGHEST "'",
			NULL, 0, COLUMNS({.integer = &highest}), diag) == BROKEN)
		return BROKEN;
	*out = (uint64_t)highest;
	return database_commit(&transaction, diag);
}

struct walk {
	void (*each)(void *context, struct bytes entry);
	void *context;
	struct buffer entry;
};

static void
pass_on(void *context)
{
	struct walk *walk = context;

	walk->each(walk->context, buffer_bytes(&walk->entry));
}

int
store_journal_each(struct store *store, uint64_t keep,
	void (*each)(void *context, struct bytes entry), void *context, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	struct walk walk = {.each = each, .context = context};
	int result;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result = database_each(&transaction,
		"SELECT entry FROM journal"
		" WHERE exchange > (SELECT max(exchange) FROM journal) - ?1 ORDER BY exchange",
		VALUES(value_integer((int64_t)keep)), COLUMNS({.bytes = &walk.entry}), pass_on,
		&walk, diag);
	buffer_done(&walk.entry);
	if (result != DONE)
		return result;
	return database_commit(&transaction, diag);
}
