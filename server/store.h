/*
 * What must not be lost: certificates, transactions, challenges, counters; in
 * memory, or in a directory that survives kill -9, where people may look at it
 * with sqlite3.
 *
 * All functions may be called from any thread. The lock is held for one
 * statement or one short transaction, never while a key is used. Each function
 * has committed when it returns. Negative results are BROKEN with words in the
 * diag, and nothing done. A full disk is said once on stderr, and
 * what needs to be written fails until there is room again.
 */
#pragma once

#include "server/store_certificate_list.h"
#include "server/store_certificates.h"
#include "server/store_challenge_list.h"
#include "server/store_challenges.h"
#include "server/store_journal.h"
#include "server/store_site.h"
#include "server/store_transaction_list.h"
#include "server/store_transactions.h"

struct store;

/*
 * Opens the store in `directory` (made when missing, 0700; files 0600), or in memory when NULL. A
 * directory that another process uses, or a damaged file, is REFUSED and left untouched.
 */
int store_open(struct store **out, const char *directory, struct diag *diag);

/* Has it become no larger than so many bytes, or than it is; what does not fit in is not_written, as on a
 * disk that is full. Before others use it. DONE or BROKEN. */
int store_limit_size(struct store *store, int64_t bytes, struct diag *diag);

void store_close(struct store *store);

/* Returns how often the disk did not take what was to be written, since the store was opened. From any
 * thread. */
uint64_t store_write_failures(const struct store *store);
