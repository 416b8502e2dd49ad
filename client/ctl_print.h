/*
 * Answers of the control API for a person: lists in columns, objects a line a member.
 */
#pragma once

#include <jansson.h>

#include "common/buffer.h"

/* Appends a line an item, under a line of names; `names` are members with a blank between them. */
void ctl_print_list(struct buffer *out, const json_t *list, const char *names);

/* Appends a line a member, those of objects within it indented. */
void ctl_print_object(struct buffer *out, const json_t *object, unsigned indent);

/* Appends a line for each of the nearest misses of a condition: "exchange 3: subject is CN=b; wanted CN=a". */
void ctl_print_misses(struct buffer *out, const json_t *misses);

/* Appends one value on one line: texts as they are, null as "-". */
void ctl_print_value(struct buffer *out, const json_t *value);
