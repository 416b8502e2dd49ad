/*
 * A walk through a table that can be large, from its newest row to its oldest:
 * in slices, between which the lock is free, so that enrolments go on. For the
 * files of the store alone.
 */
#pragma once

#include "server/store_page.h"
#include "server/store_private.h"

/* What is walked through. Each slice is one run of the statement. */
struct store_walk {
	const char *sql; /* with ids below ?1, descending, at most ?2 rows; of site ?3; by key ?4 */
	const char *site;
	const char *key; /* NULL: the statement has none */
	const struct database_column *columns;
	size_t column_count;
	const int64_t *id; /* one of the columns */
	const char *count; /* counts, by an index, what fits of site ?1; NULL: look at every row */
	bool (*fits)(void *context);
	void (*give)(void *context);
	void *context;
};

/* Fills the page with the rows that fit, with the lock held around each `give`. DONE; REFUSED: the
 * limit or the cursor; BROKEN. */
int store_walk_page(struct store_page *page, struct store *store, const struct store_walk *walk,
	struct diag *diag);
