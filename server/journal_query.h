/*
 * Questions to the journal: the exchanges that a filter means, newest first and page
 * by page, and how many there are.
 */
#pragma once

#include "server/journal.h"
#include "server/journal_filter.h"

/* When an exchange counts. */
enum journal_when {
	JOURNAL_AT_ARRIVAL,
	JOURNAL_AT_COMPLETION,
};

struct journal_query {
	const struct journal_filter *filter; /* NULL: all */
	enum journal_when when;              /* at completion: only those that have ended */
	size_t limit;                        /* records on a page */
	uint64_t before; /* only exchanges with numbers below this one, journal_page.next; 0: all */
};

struct journal_page {
	struct journal_record **records; /* held, newest first */
	size_t count;
	uint64_t total; /* records that fit, on whichever page */
	uint64_t next;  /* `before` of the next page; 0: this is the last one */
	struct journal_totals totals;
};

/* Fills a page, which journal_page_done releases. Exchanges that come meanwhile may be left out. */
void journal_query_run(
	struct journal_page *out, struct journal *journal, const struct journal_query *query);

void journal_page_done(struct journal_page *page);

/*
 * Counts the exchanges in memory that fit (NULL: all) and have arrived, or have ended, later than the
 * moment `since` (0: whenever). Moments are told by journal_moment.
 */
uint64_t journal_count(struct journal *journal, const struct journal_filter *filter,
	enum journal_when when, uint64_t since);

/* Returns the present moment, for a later journal_count. */
uint64_t journal_moment(struct journal *journal);

/* Calls `each` with every record in memory, newest first; what it wants to keep it holds. It ends when
 * `each` returns false. */
void journal_each(struct journal *journal,
	bool (*each)(void *context, struct journal_record *record), void *context);
