/*
 * JSON Schema (2020-12) of what the readers of settings, rules and fault profiles
 * take, printed from their own rows: an editor that knows it says what the server
 * would say. Beyond it go only the bytes of a text (the schema counts characters), the
 * type and value of a subject's parts, and an id that two rules have.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "common/buffer.h"

#define SCHEMA_DOCUMENT_TYPE "application/schema+json"

/* Each returns a new schema, which the caller releases with json_decref. */

/* Whole documents. */
json_t *schema_document_profile(void);
json_t *schema_document_rule(void);
json_t *schema_document_settings(void);

/* The part of the others that is an object of settings; `nullable`: each may be null, for its default. */
json_t *schema_document_settings_object(bool nullable);

/* Appends the schema of a profile as text. */
void schema_document_write_profile(struct buffer *out);
