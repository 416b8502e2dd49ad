/*
 * Listings of transactions. Part of store.h.
 */
#pragma once

#include "common/scep.h"
#include "server/store_page.h"

struct store;

/* Which are wanted; NULL and false: all. */
struct transaction_filter {
	const char *transaction_id;
	bool has_status;
	enum scep_status status;
};

/* One of them; views are the store's, until the callback returns. Times are milliseconds since 1970. */
struct transaction_entry {
	const char *transaction_id;
	enum scep_status status;
	uint32_t request_id;
	unsigned polls;
	enum scep_fail_info fail_info; /* with FAILURE, as the next */
	int32_t error;
	int64_t changed_at;
	int64_t approved_at; /* while PENDING: when it was approved; 0: not yet */
	const char *serial;  /* with SUCCESS: of the certificate, hexadecimal; else "" */
};

/*
 * Lists a page of a site's transactions, by when their transactionID was first seen: calls `each` with
 * the lock held, so that it must not come back to the store. A listing by transactionID looks at one
 * row, others at all until the page is full. DONE; REFUSED: limit or cursor; BROKEN.
 */
int store_transaction_list(struct store_page *page, struct store *store, const char *site,
	const struct transaction_filter *filter,
	void (*each)(void *context, const struct transaction_entry *entry), void *context,
	struct diag *diag);
