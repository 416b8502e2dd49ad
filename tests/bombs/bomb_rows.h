/*
 * The rows of the table of bombs, each file a theme.
 */
#pragma once

#include "tests/bombs/bomb.h"

struct bomb_rows {
	const struct bomb *rows;
	size_t count;
};

extern const struct bomb_rows bomb_rows_shape, bomb_rows_many, bomb_rows_key, bomb_rows_client;

#define BOMB_ROWS(table)                                                                           \
	{                                                                                          \
		(table), sizeof(table) / sizeof((table)[0])                                        \
	}
