/*
 * The journal's JSON objects in the state file, so that they outlive the process.
 * Written in batches by a thread of the journal's own (journal_saver.h).
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

struct store;

/* One exchange that has ended; all is borrowed. */
struct store_journal_row {
	uint64_t exchange;
	int64_t arrived_ms; /* since 1970 */
	struct bytes site;
	struct bytes entry; /* the JSON object, without a newline */
};

/*
 * Adds rows in one transaction, and removes those whose numbers are `keep` or more behind the highest. The highest number is remembered for ever. DONE or BROKEN.
 */
int store_journal_add(struct store *store, const struct store_journal_row *rows, size_t count,
	uint64_t keep, struct diag *diag);

/* Removes all rows, or those of one site. DONE or BROKEN. */
int store_journal_clear(struct store *store, const char *site, struct diag *diag);

/* Gives the highest number that an exchange ever had in this file; 0: none. DONE or BROKEN. */
int store_journal_highest(uint64_t *out, struct store *store, struct diag *diag);

/* Calls `each` with the JSON object of the newest `keep` exchanges, oldest first. DONE or BROKEN. */
int store_journal_each(struct store *store, uint64_t keep,
	void (*each)(void *context, struct bytes entry), void *context, struct diag *diag);
