/*
 * The manual page mock-ndes(1), from the tables of commands, options and settings.
 */
#pragma once

#include "common/buffer.h"

/* Appends the page as mdoc(7). */
void manual_write(struct buffer *out);
