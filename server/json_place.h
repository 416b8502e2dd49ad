/*
 * Where in a JSON value something stands, as a JSON pointer (RFC 6901).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "common/buffer.h"

/* Appends "/" and the name of a member, escaped. */
void json_place_append(struct buffer *out, const char *name);

/* Appends the pointer of a value within `root`, which is found by its address. Returns false, with nothing
 * appended, when it is not there. */
bool json_place_find(struct buffer *out, const json_t *root, const json_t *value);
