#include "server/settings_table.h"

#include <string.h>

#include "server/settings_rows.h"

static const struct setting_row *const tables[] = {
	settings_rows_deployment,
	settings_rows_ndes,
	settings_rows_messages,
	settings_rows_iis,
	settings_rows_intune,
};

const struct setting_row *
settings_row_at(size_t index)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct setting_row *row = tables[i]; row->name; row++)
			if (index-- == 0)
				return row;
	return NULL;
}

const struct setting_row *
settings_row(const char *name)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct setting_row *row = tables[i]; row->name; row++)
			if (strcmp(row->name, name) == 0)
				return row;
	return NULL;
}
