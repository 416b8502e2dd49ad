#include "server/journal_saver.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/memory.h"
#include "server/operator_log.h"

/* So many rows begin to be written at once, and are written at a time: the store is locked meanwhile. */
#define BATCH_ROWS 128

/* So many can wait when they come faster than they are written. */
#define WAITING_MAX 4096

#define BATCH_SECONDS 1

/* Rows that wait, one behind the other; their texts lie in `texts`. */
struct batch {
	struct {
		uint64_t exchange;
		int64_t arrived_ms;
		size_t site_size, entry_size;
	} rows[WAITING_MAX];
	size_t count;
	struct buffer texts;
};

/* A wish to remove rows, before those of the batch are written. */
struct clearing {
	struct clearing *next;
	char *site; /* NULL: all */
};

struct journal_saver {
	struct store *store;
	uint64_t keep;
	pthread_t thread;
	pthread_mutex_t lock; /* around what follows */
	pthread_cond_t wake;
	struct batch *filling;   /* never NULL */
	struct batch *writing;   /* the thread's while it writes, else empty */
	struct clearing *clears; /* oldest first */
	bool ends;
	uint64_t lost;
	/* of the thread alone */
	bool told; /* that the disk fails */
};

/* --- writing ---------------------------------------------------------------------- */

/* That the disk is full, the store says by itself. */
static void
tell(struct journal_saver *saver, int outcome, const struct diag *diag)
{
	if (outcome != DONE && !saver->told && !diag->not_written)
		operator_log_diag(diag);
	saver->told = outcome != DONE;
}

static void
write_clears(struct journal_saver *saver, struct clearing *clears)
{
	while (clears) {
		struct clearing *next = clears->next;
		struct diag diag = {0};

		tell(saver, store_journal_clear(saver->store, clears->site, &diag), &diag);
		free(clears->site);
		free(clears);
		clears = next;
	}
}

/* Returns a row, whose texts begin at `at`, which moves behind them. */
static struct store_journal_row
row_at(const struct batch *batch, size_t index, size_t *at)
{
	size_t site = *at, entry = site + batch->rows[index].site_size;

	*at = entry + batch->rows[index].entry_size;
	return (struct store_journal_row){batch->rows[index].exchange,
		batch->rows[index].arrived_ms,
		BYTES(batch->texts.data + site, batch->rows[index].site_size),
		BYTES(batch->texts.data + entry, batch->rows[index].entry_size)};
}

/* Returns how many rows were lost. */
static size_t
write_batch(struct journal_saver *saver, const struct batch *batch)
{
	struct store_journal_row rows[BATCH_ROWS];
	size_t lost = 0, at = 0, count;

	for (size_t next = 0; next < batch->count; next += count) {
		struct diag diag = {0};
		int outcome;

		for (count = 0; count < BATCH_ROWS && next + count < batch->count; count++)
			rows[count] = row_at(batch, next + count, &at);
		outcome = store_journal_add(saver->store, rows, count, saver->keep, &diag);
		tell(saver, outcome, &diag);
		lost += outcome == DONE ? 0 : count;
	}
	return lost;
}

/* --- the thread ------------------------------------------------------------------- */

static bool
has_work(const struct journal_saver *saver)
{
	return saver->filling->count > 0 || saver->clears;
}

/* Waits until there is a first row, and then for more of them. */
static void
wait_for_batch(struct journal_saver *saver)
{
	struct timespec until;
	int timed_out = 0;

	while (!has_work(saver) && !saver->ends)
		pthread_cond_wait(&saver->wake, &saver->lock);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += BATCH_SECONDS;
	while (timed_out != ETIMEDOUT && !saver->ends && saver->filling->count < BATCH_ROWS)
		timed_out = pthread_cond_timedwait(&saver->wake, &saver->lock, &until);
}

/* Writes what there is, with the lock open meanwhile. */
static void
write_all(struct journal_saver *saver)
{
	struct batch *batch = saver->filling;
	struct clearing *clears = saver->clears;
	size_t lost;

	saver->filling = saver->writing;
	saver->writing = batch;
	saver->clears = NULL;
	pthread_mutex_unlock(&saver->lock);
	write_clears(saver, clears);
	lost = write_batch(saver, batch);
	pthread_mutex_lock(&saver->lock);
	batch->count = 0;
	buffer_clear(&batch->texts);
	saver->lost += lost;
}

static void *
run(void *argument)
{
	struct journal_saver *saver = argument;

	pthread_mutex_lock(&saver->lock);
	while (!saver->ends || has_work(saver)) {
		wait_for_batch(saver);
		write_all(saver);
	}
	pthread_mutex_unlock(&saver->lock);
	return NULL;
}

/* Signals are for the thread that runs the loop. */
static int
start(struct journal_saver *saver)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&saver->thread, NULL, run, saver);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void
release(struct journal_saver *saver)
{
	buffer_done(&saver->filling->texts);
	buffer_done(&saver->writing->texts);
	free(saver->filling);
	free(saver->writing);
	pthread_cond_destroy(&saver->wake);
	pthread_mutex_destroy(&saver->lock);
	free(saver);
}

int
journal_saver_new(struct journal_saver **out, struct store *store, uint64_t keep, struct diag *diag)
{
	struct journal_saver *saver = memory_new(1, sizeof(*saver));
	pthread_condattr_t steady;
	int error;

	saver->store = store;
	saver->keep = keep;
	saver->filling = memory_new(1, sizeof(*saver->filling));
	saver->writing = memory_new(1, sizeof(*saver->writing));
	pthread_mutex_init(&saver->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&saver->wake, &steady);
	pthread_condattr_destroy(&steady);
	error = start(saver);
	if (error == 0) {
		*out = saver;
		return DONE;
	}
	release(saver);
	return diag_break(diag, "journal", "its thread could not be started: %s", strerror(error));
}

void
journal_saver_free(struct journal_saver *saver)
{
	if (!saver)
		return;
	pthread_mutex_lock(&saver->lock);
	saver->ends = true;
	pthread_cond_signal(&saver->wake);
	pthread_mutex_unlock(&saver->lock);
	pthread_join(saver->thread, NULL);
	release(saver);
}

/* --- from outside ----------------------------------------------------------------- */

static void
put(struct batch *batch, const struct store_journal_row *row)
{
	size_t index = batch->count++;

	batch->rows[index].exchange = row->exchange;
	batch->rows[index].arrived_ms = row->arrived_ms;
	batch->rows[index].site_size = row->site.size;
	batch->rows[index].entry_size = row->entry.size;
	buffer_append(&batch->texts, row->site);
	buffer_append(&batch->texts, row->entry);
}

void
journal_saver_put(struct journal_saver *saver, const struct store_journal_row *row)
{
	pthread_mutex_lock(&saver->lock);
	if (saver->filling->count == WAITING_MAX)
		saver->lost++;
	else
		put(saver->filling, row);
	if (saver->filling->count == 1 || saver->filling->count == BATCH_ROWS)
		pthread_cond_signal(&saver->wake);
	pthread_mutex_unlock(&saver->lock);
}

/* Takes all rows, or a site's, out of a batch that is not written yet. */
static void
remove_rows(struct batch *batch, const char *site)
{
	struct batch *before = memory_new(1, sizeof(*before));
	size_t at = 0;

	*before = *batch;
	batch->count = 0;
	batch->texts = (struct buffer){0};
	for (size_t i = 0; i < before->count; i++) {
		struct store_journal_row row = row_at(before, i, &at);

		if (site && !bytes_equal(row.site, bytes_text(site)))
			put(batch, &row);
	}
	buffer_done(&before->texts);
	free(before);
}

void
journal_saver_clear(struct journal_saver *saver, const char *site)
{
	struct clearing *clearing = memory_new(1, sizeof(*clearing)), **last;

	clearing->site = text_copy(site);
	pthread_mutex_lock(&saver->lock);
	remove_rows(saver->filling, site);
	for (last = &saver->clears; *last; last = &(*last)->next)
		;
	*last = clearing;
	pthread_cond_signal(&saver->wake);
	pthread_mutex_unlock(&saver->lock);
}

uint64_t
journal_saver_lost(struct journal_saver *saver)
{
	uint64_t lost;

	pthread_mutex_lock(&saver->lock);
	lost = saver->lost;
	pthread_mutex_unlock(&saver->lock);
	return lost;
}
