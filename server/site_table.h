/*
 * The sites of a server, in the order in which they came; IIS numbers them so. Sites
 * are added by the I/O thread (or before it runs), and stay until the server ends.
 */
#pragma once

#include <stddef.h>

#include "common/buffer.h"

struct site;

struct site_table {
	struct site **sites; /* [0] is the default site */
	size_t count;
};

/* Returns the site of this name, or NULL. */
struct site *site_table_find(const struct site_table *table, struct bytes name);

/* Takes a site over. */
void site_table_add(struct site_table *table, struct site *site);

/* Frees all sites. */
void site_table_done(struct site_table *table);
