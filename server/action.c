#include "server/action.h"

#include <string.h>

#include "server/action_rows.h"

static const struct action_row *const tables[] = {
	action_rows_answer,
	action_rows_certificate,
	action_rows_reply,
	action_rows_http,
	action_rows_wire,
};

const struct action_row *
action_row_at(size_t index)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct action_row *row = tables[i]; row->name; row++)
			if (index-- == 0)
				return row;
	return NULL;
}

const struct action_row *
action_row(const char *name)
{
	const struct action_row *row;

	for (size_t i = 0; (row = action_row_at(i)); i++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}
