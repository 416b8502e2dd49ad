#include "server/site_table.h"

#include <stdlib.h>

#include "common/memory.h"
#include "server/site.h"

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
site_table_done(struct site_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		site_free(table->sites[i]);
	free(table->sites);
	*table = (struct site_table){0};
}
