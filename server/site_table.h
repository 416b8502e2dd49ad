/*
 * The sites of a server, in the order in which they came. Whatever changes it runs on
 * the I/O thread (or before that runs), as does who looks into it.
 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>

#include "common/buffer.h"

struct site;
struct site_start;

struct site_table {
	struct site **sites; /* held; [0] is the default site */
	size_t count;
	struct site_start **removed; /* what configured sites were made with that were removed */
	size_t removed_count;
	_Atomic unsigned numbers; /* that were given away; never goes back */
	_Atomic unsigned names;   /* likewise, of "site-N" */
};

/* Returns the number of the next site, from 1, as IIS numbers them. From any thread. */
unsigned site_table_next_number(struct site_table *table);

/* Returns the site of this name, borrowed, or NULL. */
struct site *site_table_find(const struct site_table *table, struct bytes name);

/* Takes over a hold on a site. */
void site_table_add(struct site_table *table, struct site *site);

/* Takes a site out, and gives its hold to the caller. */
void site_table_remove(struct site_table *table, struct site *site);

/* Remembers, and takes over, what a site was made with that a reset is to make again. */
void site_table_remember(struct site_table *table, struct site_start *start);

/* Lets all sites go. */
void site_table_done(struct site_table *table);
