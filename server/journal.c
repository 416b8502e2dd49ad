#include "server/journal.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/memory.h"
#include "server/journal_entry.h"
#include "server/journal_line.h"
#include "server/journal_repeat.h"
#include "server/journal_saver.h"
#include "server/log_file.h"
#include "server/operator_log.h"

/* One message may take this part of what all exchanges may. */
#define RAW_PART 8

struct journal {
	pthread_mutex_t lock; /* around what writes */
	bool human_lines;
	bool has_file;
	struct log_file file;
	struct buffer line; /* kept for its memory */
	/* set once */
	size_t raw_limit;
	struct journal_ring *ring;   /* NULL: nothing is kept */
	struct journal_saver *saver; /* NULL: nothing outlives the process */
	struct journal_repeats *repeats;
	uint64_t highest;
	void (*notify)(void *context);
	void *notify_context;
	atomic_uint watchers;
};

/* --- opening and closing ---------------------------------------------------------- */

static int
open_file(struct journal *journal, const struct journal_plan *plan, struct diag *diag)
{
	int outcome = log_file_make_directory(plan->directory, diag);

	if (outcome != DONE)
		return outcome;
	journal->has_file = true;
	log_file_init(&journal->file, text_format("%s/journal.jsonl", plan->directory));
	journal->file.secret = !plan->redacted;
	return log_file_open(&journal->file, diag);
}

/* What somebody else has put into the table is left out. */
static void
restore(void *context, struct bytes entry)
{
	struct journal *journal = context;
	struct journal_record *record;

	if (journal_record_restore(&record, entry, NULL) != DONE)
		return;
	journal_ring_add(journal->ring, record);
	journal_record_release(record);
}

static int
open_store(struct journal *journal, const struct journal_plan *plan, struct diag *diag)
{
	int outcome = store_journal_highest(&journal->highest, plan->store, diag);

	if (outcome != DONE || !journal->ring)
		return outcome;
	outcome = store_journal_each(plan->store, plan->exchanges, restore, journal, diag);
	if (outcome == DONE)
		outcome = journal_saver_new(&journal->saver, plan->store, plan->exchanges, diag);
	return outcome;
}

int
journal_open(struct journal **out, const struct journal_plan *plan, struct diag *diag)
{
	struct journal *journal = memory_new(1, sizeof(*journal));
	int outcome;

	pthread_mutex_init(&journal->lock, NULL);
	journal->human_lines = plan->human_lines;
	journal->raw_limit =
		plan->bytes / RAW_PART < JOURNAL_RAW_MAX ? plan->bytes / RAW_PART : JOURNAL_RAW_MAX;
	log_file_init(&journal->file, NULL);
	journal->repeats = journal_repeats_new();
	if (plan->exchanges > 0)
		journal->ring = journal_ring_new(plan->exchanges, plan->bytes);
	outcome = plan->directory ? open_file(journal, plan, diag) : DONE;
	if (outcome == DONE && plan->store)
		outcome = open_store(journal, plan, diag);
	if (outcome == DONE)
		*out = journal;
	else
		journal_close(journal);
	return outcome;
}

void
journal_close(struct journal *journal)
{
	if (!journal)
		return;
	journal_saver_free(journal->saver);
	journal_ring_free(journal->ring);
	journal_repeats_free(journal->repeats);
	log_file_done(&journal->file);
	buffer_done(&journal->line);
	pthread_mutex_destroy(&journal->lock);
	free(journal);
}

uint64_t
journal_highest(const struct journal *journal)
{
	return journal->highest;
}

/* --- as exchanges come and go ----------------------------------------------------- */

static void
tell_watchers(struct journal *journal)
{
	if (atomic_load(&journal->watchers) > 0 && journal->notify)
		journal->notify(journal->notify_context);
}

void
journal_arrive(struct journal *journal, struct exchange *exchange)
{
	journal_repeats_begin(journal->repeats, exchange);
	if (!journal->ring)
		return;
	exchange->record = journal_record_new(exchange);
	journal_ring_add(journal->ring, exchange->record);
	tell_watchers(journal);
}

static void
save(struct journal *journal, const struct exchange *exchange, struct bytes entry)
{
	const struct store_journal_row row = {
		.exchange = exchange->number,
		.arrived_ms = exchange->arrived_ms,
		.site = bytes_text(exchange->site->name),
		.entry = entry,
	};

	journal_saver_put(journal->saver, &row);
}

/* Completes the record, or makes it; returns whether it is in the ring: what was cleared meanwhile is
 * not. `entry` is the JSON object. */
static bool
complete(struct journal *journal, struct exchange *exchange, struct bytes entry)
{
	bool arrived = exchange->record != NULL;

	if (!arrived)
		exchange->record = journal_record_new(exchange);
	journal_record_complete(exchange->record, exchange, entry, journal->raw_limit);
	if (arrived)
		return journal_ring_complete(journal->ring, exchange->record);
	journal_ring_add(journal->ring, exchange->record);
	return true;
}

static void
keep(struct journal *journal, struct exchange *exchange, struct bytes entry)
{
	if (journal->ring && complete(journal, exchange, entry) && journal->saver)
		save(journal, exchange, entry);
}

static void
write_human_line(struct journal *journal, const struct exchange *exchange)
{
	if (!journal->human_lines && !exchange->broke)
		return;
	buffer_clear(&journal->line);
	journal_line_write(&journal->line, exchange);
	operator_log_write(buffer_bytes(&journal->line));
}

int
journal_write(struct journal *journal, struct exchange *exchange, struct diag *diag)
{
	struct bytes line;
	int outcome = DONE;

	exchange->repeat = journal_repeats_end(journal->repeats, exchange);
	pthread_mutex_lock(&journal->lock);
	write_human_line(journal, exchange);
	if (journal->has_file || journal->ring) {
		buffer_clear(&journal->line);
		journal_entry_write(&journal->line, exchange);
		line = buffer_bytes(&journal->line);
		if (journal->has_file)
			outcome = log_file_append(&journal->file, line, diag);
		keep(journal, exchange, BYTES(line.data, line.size - 1));
	}
	pthread_mutex_unlock(&journal->lock);
	tell_watchers(journal);
	return outcome;
}

int
journal_reopen(struct journal *journal, struct diag *diag)
{
	int outcome = DONE;

	pthread_mutex_lock(&journal->lock);
	if (journal->has_file) {
		log_file_reopen(&journal->file);
		outcome = log_file_append(&journal->file, (struct bytes){0}, diag);
	}
	pthread_mutex_unlock(&journal->lock);
	return outcome;
}

/* --- for who asks ----------------------------------------------------------------- */

struct journal_ring *
journal_ring(struct journal *journal)
{
	return journal->ring;
}

void
journal_clear(struct journal *journal, const char *site)
{
	if (!journal || !journal->ring)
		return;
	/* What is being completed is either in both or in none. */
	pthread_mutex_lock(&journal->lock);
	journal_ring_clear(journal->ring, site);
	if (journal->saver)
		journal_saver_clear(journal->saver, site);
	pthread_mutex_unlock(&journal->lock);
	tell_watchers(journal);
}

uint64_t
journal_unsaved(struct journal *journal)
{
	return journal->saver ? journal_saver_lost(journal->saver) : 0;
}

void
journal_set_notify(struct journal *journal, void (*notify)(void *context), void *context)
{
	journal->notify = notify;
	journal->notify_context = context;
}

void
journal_watch(struct journal *journal)
{
	atomic_fetch_add(&journal->watchers, 1);
}

void
journal_unwatch(struct journal *journal)
{
	atomic_fetch_sub(&journal->watchers, 1);
}
