/*
 * One page of a listing: newest first, at most STORE_PAGE_MAX entries, and a
 * cursor with which the next page begins where this one ended, whatever came or
 * went in the meantime. Part of store.h.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

#define STORE_PAGE_MAX 1000

/* What is wanted, and below it what came of it. */
struct store_page {
	size_t limit;      /* entries, from 1 */
	const char *after; /* `next` of the page before; NULL: from the newest */
	bool count;        /* `total` is wanted; with a filter, every row is then looked at */

	size_t given;
	struct buffer next; /* the cursor; empty: there are no more */
	int64_t total;      /* entries that fit the filter, on all pages; with `count` */
};

#define STORE_PAGE_CLEANUP __attribute__((cleanup(store_page_done)))

/* Empties what came of it, and looks at what is wanted. DONE; REFUSED: the limit. */
int store_page_start(struct store_page *page, struct diag *diag);

/* Says that the cursor is none that this listing has given. Returns REFUSED. */
int store_page_refuse_cursor(const struct store_page *page, struct diag *diag);

void store_page_done(struct store_page *page);
