/*
 * Manual pages (mdoc(7)) from the tables that the program reads.
 */
#pragma once

#include "common/options.h"

/* Appends a text as a line of its own, so that it stands in the page as it is. */
void mdoc_text(struct buffer *out, const char *text);

/* Appends a list of options, each with its help and its variable. */
void mdoc_options(struct buffer *out, const struct option_row *rows, size_t count);
