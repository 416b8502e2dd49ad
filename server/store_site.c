#include "server/store_site.h"

#include "server/store_private.h"

/* Transactions refer to certificates. The triggers of the challenges keep their counter right. */
static const char *const rows_of_site[] = {
	"DELETE FROM transactions WHERE site = ?1",
	"DELETE FROM certificates WHERE site = ?1",
	"DELETE FROM challenges WHERE " SITE_AND_SERVERS,
	"DELETE FROM spent_challenges WHERE " SITE_AND_SERVERS,
	"DELETE FROM minted_tokens WHERE site = ?1",
	"DELETE FROM used_tokens WHERE site = ?1",
	"DELETE FROM single_passwords WHERE " SITE_AND_SERVERS,
};

static int
forget(struct store *store, const char *site, bool counters, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	for (size_t i = 0; i < sizeof(rows_of_site) / sizeof(rows_of_site[0]); i++)
		if (database_run(&transaction, rows_of_site[i], VALUES(value_text(site)), diag) !=
			DONE)
			return BROKEN;
	if (counters &&
		database_run(&transaction, "DELETE FROM counters WHERE " SITE_AND_SERVERS,
			VALUES(value_text(site)), diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}

int
store_site_purge(struct store *store, const char *site, struct diag *diag)
{
	return forget(store, site, true, diag);
}

int
store_site_empty(struct store *store, const char *site, struct diag *diag)
{
	return forget(store, site, false, diag);
}
