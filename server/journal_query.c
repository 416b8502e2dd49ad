#include "server/journal_query.h"

#include <stdlib.h>

#include "common/memory.h"

/* How many records are held at a time. */
#define CHUNK 64

/* Passes some records on and lets them go; returns whether to go on. */
static bool
pass_on(struct journal_record *const *records, size_t count,
	bool (*each)(void *context, struct journal_record *record), void *context)
{
	bool goes_on = true;

	for (size_t i = 0; i < count; i++) {
		goes_on = goes_on && each(context, records[i]);
		journal_record_release(records[i]);
	}
	return goes_on;
}

void
journal_each(struct journal *journal, bool (*each)(void *context, struct journal_record *record),
	void *context)
{
	struct journal_ring *ring = journal_ring(journal);
	struct journal_record *records[CHUNK];
	uint64_t before = UINT64_MAX;
	size_t count = CHUNK;
	bool goes_on = ring != NULL;

	while (goes_on && count == CHUNK) {
		count = journal_ring_hold_before(ring, records, CHUNK, before);
		if (count > 0)
			before = journal_record_number(records[count - 1]);
		goes_on = pass_on(records, count, each, context);
	}
}

static bool
fits(const struct journal_filter *filter, const struct journal_record *record)
{
	return !filter || journal_filter_fits(filter, record);
}

/* Returns the moment at which a record counts; 0: not yet. */
static uint64_t
moment_of(const struct journal_record *record, enum journal_when when)
{
	return when == JOURNAL_AT_COMPLETION ? journal_record_completion(record)
					     : journal_record_arrival(record);
}

/* --- pages ------------------------------------------------------------------------ */

struct paging {
	const struct journal_query *query;
	struct journal_page *page;
	size_t capacity;
};

static void
put(struct paging *paging, struct journal_record *record)
{
	struct journal_page *page = paging->page;

	if (page->count == paging->capacity) {
		paging->capacity = paging->capacity ? 2 * paging->capacity : CHUNK;
		page->records = memory_resize(
			page->records, paging->capacity * sizeof(struct journal_record *));
	}
	page->records[page->count++] = journal_record_hold(record);
}

static bool
turn_page(void *context, struct journal_record *record)
{
	struct paging *paging = context;
	const struct journal_query *query = paging->query;
	struct journal_page *page = paging->page;

	if (!moment_of(record, query->when) || !fits(query->filter, record))
		return true;
	page->total++;
	if (query->before && journal_record_number(record) >= query->before)
		return true;
	if (page->count < query->limit)
		put(paging, record);
	else if (page->count > 0)
		page->next = journal_record_number(page->records[page->count - 1]);
	return true;
}

void
journal_query_run(
	struct journal_page *out, struct journal *journal, const struct journal_query *query)
{
	struct paging paging = {.query = query, .page = out};

	*out = (struct journal_page){0};
	journal_each(journal, turn_page, &paging);
	if (journal_ring(journal))
		out->totals = journal_ring_totals(journal_ring(journal));
}

void
journal_page_done(struct journal_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		journal_record_release(page->records[i]);
	free(page->records);
	*page = (struct journal_page){0};
}

/* --- counting --------------------------------------------------------------------- */

struct counting {
	const struct journal_filter *filter;
	enum journal_when when;
	uint64_t since;
	uint64_t count;
};

static bool
count_one(void *context, struct journal_record *record)
{
	struct counting *counting = context;

	if (moment_of(record, counting->when) > counting->since && fits(counting->filter, record))
		counting->count++;
	return true;
}

uint64_t
journal_count(struct journal *journal, const struct journal_filter *filter, enum journal_when when,
	uint64_t since)
{
	struct counting counting = {.filter = filter, .when = when, .since = since};

	journal_each(journal, count_one, &counting);
	return counting.count;
}

uint64_t
journal_moment(struct journal *journal)
{
	return journal_ring(journal) ? journal_ring_moment(journal_ring(journal)) : 0;
}
