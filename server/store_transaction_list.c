#include "server/store_transaction_list.h"

#include "server/store_walk.h"

#define COLUMNS_AND_TABLES                                                                         \
	"SELECT transactions.rowid, transactions.site = ?3, transactions.transaction_id, status,"  \
	" transactions.request_id, polls, fail_info, error, changed_at, approved_at, serial"       \
	" FROM transactions LEFT JOIN certificates"                                                \
	" ON certificates.id = transactions.certificate"

static const char ALL[] = COLUMNS_AND_TABLES " WHERE transactions.rowid < ?1"
					     " ORDER BY transactions.rowid DESC LIMIT ?2";
static const char BY_TRANSACTION_ID[] =
	COLUMNS_AND_TABLES " WHERE transactions.site = ?3 AND transactions.transaction_id = ?4"
			   " AND transactions.rowid < ?1 ORDER BY transactions.rowid DESC LIMIT ?2";

static const char COUNT[] = "SELECT count(*) FROM transactions WHERE site = ?1";

/* A row, and who wants it. */
struct list {
	const struct transaction_filter *filter;
	void (*each)(void *context, const struct transaction_entry *entry);
	void *context;
	int64_t id, is_of_site, status, request_id, polls, fail_info, error;
	struct buffer transaction_id, serial;
	struct transaction_entry entry;
};

static bool
fits(void *context)
{
	const struct list *list = context;

	return list->is_of_site &&
		(!list->filter->has_status || list->status == (int64_t)list->filter->status);
}

static void
give(void *context)
{
	struct list *list = context;
	struct transaction_entry *entry = &list->entry;

	entry->transaction_id = buffer_text(&list->transaction_id);
	entry->status = (enum scep_status)list->status;
	entry->request_id = (uint32_t)list->request_id;
	entry->polls = (unsigned)list->polls;
	entry->fail_info = (enum scep_fail_info)list->fail_info;
	entry->error = (int32_t)list->error;
	entry->serial = buffer_text(&list->serial);
	list->each(list->context, entry);
}

int
store_transaction_list(struct store_page *page, struct store *store, const char *site,
	const struct transaction_filter *filter,
	void (*each)(void *context, const struct transaction_entry *entry), void *context,
	struct diag *diag)
{
	struct list list = {.filter = filter, .each = each, .context = context};
	const struct database_column columns[] = {{.integer = &list.id},
		{.integer = &list.is_of_site}, {.bytes = &list.transaction_id},
		{.integer = &list.status}, {.integer = &list.request_id}, {.integer = &list.polls},
		{.integer = &list.fail_info}, {.integer = &list.error},
		{.integer = &list.entry.changed_at}, {.integer = &list.entry.approved_at},
		{.bytes = &list.serial}};
	const struct store_walk walk = {
		.sql = filter->transaction_id ? BY_TRANSACTION_ID : ALL,
		.site = site,
		.key = filter->transaction_id,
		.columns = columns,
		.column_count = sizeof(columns) / sizeof(columns[0]),
		.id = &list.id,
		.count = filter->transaction_id || filter->has_status ? NULL : COUNT,
		.fits = fits,
		.give = give,
		.context = &list,
	};
	int result = store_walk_page(page, store, &walk, diag);

	buffer_done(&list.transaction_id);
	buffer_done(&list.serial);
	return result;
}
