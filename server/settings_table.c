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

/* A power of two, so that most names stand at their hash. */
#define NAMES_MAX (4 * ROWS_MAX)

/* The rows of all tables in one list, as they are walked through for every copy of settings; and by the
 * hashes of their names, as an exchange asks for them: each at its hash or in the next place that is
 * free. */
static const struct setting_row *rows[ROWS_MAX];
static const struct setting_row *names[NAMES_MAX];
static pthread_once_t rows_once = PTHREAD_ONCE_INIT;

static size_t
hash(const char *name)
{
	uint32_t value = 0;

	for (; *name; name++)
		value = (value + (uint8_t)*name) * UINT32_C(0x9E3779B1);
	return value >> 22; /* as many bits as NAMES_MAX has */
}

/* Returns the place of the row of this name, or that where it would be put. */
static const struct setting_row **
place_of(const char *name)
{
	size_t place = hash(name);

	while (names[place] && strcmp(names[place]->name, name) != 0)
		place = (place + 1) % NAMES_MAX;
	return &names[place];
}

static void
list_rows(void)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct setting_row *row = tables[i]; row->name; row++) {
			assert(count < ROWS_MAX - 1);
			rows[count++] = row;
			*place_of(row->name) = row;
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
	pthread_once(&rows_once, list_rows);
	return *place_of(name);
}
