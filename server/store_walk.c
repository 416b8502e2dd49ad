#include "server/store_walk.h"

#include <errno.h>
#include <stdlib.h>

/* Rows that are looked at with the lock held: some milliseconds at most. */
#define SLICE 1000

/* Where a walk stands. */
struct progress {
	const struct store_walk *walk;
	struct store_page *page;
	int64_t after; /* entries from here on are given */
	int64_t last_given;
	int64_t seen; /* the row that was looked at last */
	size_t rows;  /* of the slice */
	bool more;    /* there is an entry behind those that were given */
};

static void
look(void *context)
{
	struct progress *progress = context;
	struct store_page *page = progress->page;
	const struct store_walk *walk = progress->walk;

	progress->rows++;
	progress->seen = *walk->id;
	if (!walk->fits(walk->context))
		return;
	page->total++;
	if (*walk->id >= progress->after)
		return;
	if (page->given == page->limit) {
		progress->more = true;
		return;
	}
	page->given++;
	progress->last_given = *walk->id;
	walk->give(walk->context);
}

static int
look_at_slice(struct progress *progress, struct store *store, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	const struct store_walk *walk = progress->walk;
	const struct database_value values[] = {value_integer(progress->seen), value_integer(SLICE),
		value_text(walk->site), walk->key ? value_text(walk->key) : value_null()};
	size_t count = sizeof(values) / sizeof(values[0]);

	progress->rows = 0;
	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_each(&transaction, walk->sql, values, walk->key ? count : count - 1,
			walk->columns, walk->column_count, look, progress, diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}

/* A cursor is the id of the entry that was given last. */
static int
read_cursor(int64_t *out, const struct store_page *page, struct diag *diag)
{
	char *end;

	*out = INT64_MAX;
	if (!page->after)
		return DONE;
	errno = 0;
	*out = strtoll(page->after, &end, 10);
	return errno == 0 && end != page->after && *end == '\0' && *out > 0
		? DONE
		: store_page_refuse_cursor(page, diag);
}

static int
count_by_index(int64_t *out, struct store *store, const struct store_walk *walk, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_read(&transaction, walk->count, VALUES(value_text(walk->site)),
			COLUMNS({.integer = out}), diag) != DATABASE_ROW)
		return BROKEN;
	return database_commit(&transaction, diag);
}

int
store_walk_page(struct store_page *page, struct store *store, const struct store_walk *walk,
	struct diag *diag)
{
	struct progress progress = {.walk = walk, .page = page};
	bool look_at_all = page->count && !walk->count;
	int result = store_page_start(page, diag);

	if (result == DONE)
		result = read_cursor(&progress.after, page, diag);
	progress.seen = look_at_all ? INT64_MAX : progress.after;
	progress.rows = SLICE;
	while (result == DONE && progress.rows == SLICE && (look_at_all || !progress.more))
		result = look_at_slice(&progress, store, diag);
	if (result == DONE && page->count && walk->count)
		result = count_by_index(&page->total, store, walk, diag);
	if (result == DONE && progress.more)
		buffer_append_format(&page->next, "%lld", (long long)progress.last_given);
	return result;
}
