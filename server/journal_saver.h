/*
 * Carries the journal into the state file, in batches and on a thread of its own, so
 * that no exchange waits for the disk: a batch is written when it is full, about a
 * second after its first exchange, and at the end. What a kill loses is the last
 * second.
 */
#pragma once

#include "server/store_journal.h"

struct journal_saver;

/* Starts it; the table holds the newest `keep` exchanges. The store stays the caller's. DONE or BROKEN. */
int journal_saver_new(
	struct journal_saver **out, struct store *store, uint64_t keep, struct diag *diag);

/* Writes what is left and ends the thread. Accepts NULL. */
void journal_saver_free(struct journal_saver *saver);

/* Has a row written; all is copied. When the disk is so slow that the next batch is full too, it is not,
 * and that is counted. From any thread. */
void journal_saver_put(struct journal_saver *saver, const struct store_journal_row *row);

/* Has the table emptied, or one site's rows removed, those included that were put before. From any
 * thread. */
void journal_saver_clear(struct journal_saver *saver, const char *site);

/* Returns how many rows could not be written: the disk failed or was too slow. */
uint64_t journal_saver_lost(struct journal_saver *saver);
