/*
 * The manual page mock-ndes-client(1), from the tables of commands and options.
 */
#pragma once

#include "client/command.h"

/* Appends the page as mdoc(7). */
void manual_write(struct buffer *out, const struct command *commands, size_t count);
