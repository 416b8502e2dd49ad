/*
 * All that the store has of one site, over every table. Part of store.h.
 */
#pragma once

#include "common/diag.h"

struct store;

/* Forgets a site: certificates, transactions, challenges, counters. DONE or BROKEN, with all or
 * nothing forgotten. */
int store_site_purge(struct store *store, const char *site, struct diag *diag);

/*
 * Empties a site that lives on: as store_site_purge, but request numbers go on where they were, so that
 * no serial and no number of before comes again. DONE or BROKEN.
 */
int store_site_empty(struct store *store, const char *site, struct diag *diag);
