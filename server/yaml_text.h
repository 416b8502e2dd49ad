/*
 * Texts and JSON written as YAML that is read back as what it was.
 *
 * JSON is YAML but for some characters: YAML takes three more for line ends, and has no place for others that do
 * not print (YAML 1.2 5.1 and 5.4). They are escaped.
 */
#pragma once

#include <jansson.h>

#include "common/buffer.h"

/* Appends a text in quotes, or null. A byte that is not UTF-8 becomes U+FFFD. */
void yaml_text_write(struct buffer *out, const char *text);

/* Appends any JSON value on one line, in the flow style. */
void yaml_text_write_json(struct buffer *out, const json_t *json);
