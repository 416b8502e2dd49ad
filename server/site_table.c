#include "server/site_table.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/site.h"
#include "server/site_start.h"

unsigned
site_table_next_number(struct site_table *table)
{
	return atomic_fetch_add(&table->numbers, 1) + SITE_NUMBER_DEFAULT;
}

struct site *
site_table_find(const struct site_table *table, struct bytes name)
{
	for (size_t i = 0; i < table->count; i++)
		if (bytes_equal(bytes_text(table->sites[i]->name), name))
			return table->sites[i];
	return NULL;
}

void
site_table_add(struct site_table *table, struct site *site)
{
	/* Doubles at every power of two. */
	if ((table->count & (table->count - 1)) == 0)
		table->sites = memory_resize(table->sites,
			(table->count ? 2 * table->count : 1) * sizeof(struct site *));
	table->sites[table->count++] = site;
}

void
site_table_remove(struct site_table *table, struct site *site)
{
	size_t at = 0;

	while (table->sites[at] != site)
		at++;
	memmove(&table->sites[at], &table->sites[at + 1],
		(--table->count - at) * sizeof(struct site *));
}

void
site_table_remember(struct site_table *table, struct site_start *start)
{
	table->removed = memory_resize(
		table->removed, (table->removed_count + 1) * sizeof(struct site_start *));
	table->removed[table->removed_count++] = start;
}

void
site_table_done(struct site_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		site_release(table->sites[i]);
	for (size_t i = 0; i < table->removed_count; i++)
		site_start_free(table->removed[i]);
	free(table->removed);
	free(table->sites);
	*table = (struct site_table){0};
}
