/*
 * Bombs that are an honest message but for one part of it, which is the same few
 * octets over and over. Such a row names the part and the octets, and has no
 * function of its own.
 */
#pragma once

#include <stddef.h>

#include "tests/bombs/bomb.h"
#include "tests/bombs/bomb_parts.h"

/* The end of a row: what is repeated, and the member of struct bomb_message (message), bomb_envelope or
 * bomb_csr that it becomes. */
#define BOMB_OCTETS(text)                                                                          \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}
#define BOMB_PART(of, member, text) BOMB_OCTETS(text), offsetof(struct bomb_##of, member)

/* The makers: the octets are all there is, the messageData, or the named part. */
bomb_make bomb_octets_alone, bomb_octets_as_data, bomb_octets_in_message, bomb_octets_in_envelope,
	bomb_octets_in_csr;
