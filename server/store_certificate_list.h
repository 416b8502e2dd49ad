/*
 * Listings of issued certificates. Part of store.h.
 */
#pragma once

#include "common/crl.h"
#include "server/store_page.h"

struct store;

enum certificate_state {
	CERTIFICATE_ANY,
	CERTIFICATE_VALID, /* or not valid yet */
	CERTIFICATE_REVOKED,
	CERTIFICATE_EXPIRED, /* and not revoked before */
};

/* Which are wanted; NULL and CERTIFICATE_ANY: all. */
struct certificate_filter {
	const char *serial;  /* hexadecimal, in any case */
	const char *subject; /* a pattern (common/glob.h), without case */
	const char *transaction_id;
	enum certificate_state state; /* at the listing's `now` */
};

/* One of them; views are the store's, until the callback returns. Times are milliseconds since 1970. */
struct certificate_entry {
	const char *serial;  /* hexadecimal, lower case */
	const char *subject; /* as name_text writes it */
	int64_t not_before;
	int64_t not_after;
	uint32_t request_id;
	const char *transaction_id;
	int64_t issued_at;
	enum certificate_state state;
	int64_t revoked_at; /* with CERTIFICATE_REVOKED, as the next */
	enum crl_reason reason;
};

/*
 * Lists a page of a site's certificates: calls `each` with the lock held, so that it must not come
 * back to the store. `now` is the site's time. A listing by serial looks at its rows, others at all
 * until the page is full. DONE; REFUSED: limit, cursor or pattern; BROKEN.
 */
int store_certificate_list(struct store_page *page, struct store *store, const char *site,
	const struct certificate_filter *filter, int64_t now,
	void (*each)(void *context, const struct certificate_entry *entry), void *context,
	struct diag *diag);
