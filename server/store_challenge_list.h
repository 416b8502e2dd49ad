/*
 * Listings of challenges. Part of store.h.
 */
#pragma once

#include "server/store_challenges.h"
#include "server/store_page.h"

struct store;

/* Which are wanted; NULL and false: all. */
struct challenge_filter {
	const char *challenge; /* a password, or the identifier of an Intune challenge */
	bool has_state;
	enum challenge_state state; /* at the listing's `now` */
};

/* One of them; views are the store's, until the callback returns. */
struct challenge_entry {
	const char *challenge;
	unsigned server;                /* behind a load balancer, whose cache it is in; from 1 */
	bool is_token;                  /* in Intune's form; `challenge` is its identifier */
	struct challenge_record record; /* of a token that was made elsewhere, made_at is used_at */
};

/*
 * Lists a page of a site's challenges, in the caches of all its servers: those that wait, the Intune challenges that were made here,
 * and those that were used, revoked or have expired, as long as they are remembered. Calls `each` with
 * the lock held, so that it must not come back to the store. `now` is the site's time. DONE; REFUSED:
 * limit or cursor; BROKEN.
 */
int store_challenge_list(struct store_page *page, struct store *store, const char *site,
	const struct challenge_filter *filter, int64_t now,
	void (*each)(void *context, const struct challenge_entry *entry), void *context,
	struct diag *diag);
