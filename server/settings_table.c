#include "server/settings_table.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "server/settings_rows.h"

static const struct setting_row *const tables[] = {
	settings_rows_deployment,
	settings_rows_ndes,
	settings_rows_messages,
	settings_rows_iis,
	settings_rows_intune,
};

/* More than there are. */
#define ROWS_MAX 256

/* The rows of all tables in one list, as they are walked through for every copy of settings. */
static const struct setting_row *rows[ROWS_MAX];
static pthread_once_t rows_once = PTHREAD_ONCE_INIT;

static void
list_rows(void)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct setting_row *row = tables[i]; row->name; row++) {
			assert(count < ROWS_MAX - 1);
			rows[count++] = row;
		}
}

const struct setting_row *
settings_row_at(size_t index)
{
	pthread_once(&rows_once, list_rows);
	return rows[index];
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
