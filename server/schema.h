/*
 * The forms that JSON Schemas (2020-12) are made of. Each function returns a new
 * schema, which the caller releases with json_decref, and takes over those it is given.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"

json_t *schema_type(const char *type);
json_t *schema_reference(const char *target);
json_t *schema_number(int64_t min, int64_t max);

/* A text of so many bytes, as near as the characters that a schema counts come to that. */
json_t *schema_text(int64_t min, int64_t max);

/* A text that an expression without anchors (common/pattern.h) fits. */
json_t *schema_pattern(struct buffer *expression);

/* A duration in words, from `min` to `max` milliseconds. */
json_t *schema_duration(int64_t min, int64_t max);

/* One of these texts; NULL behind the last. */
json_t *schema_words(const char *const *words);

json_t *schema_either(json_t *one, json_t *other);
json_t *schema_list(json_t *items);

/* An object with these members and no others. */
json_t *schema_object(json_t *properties);

/* Says that an object must have a member. */
void schema_require(json_t *object, const char *name);

/* Adds a sentence without its full stop. */
void schema_describe(json_t *schema, const char *help);

/* Adds an expression that must fit besides; `optional`: or the text is empty. NULL: none. */
void schema_add_pattern(json_t *schema, void (*write)(struct buffer *out), bool optional);
