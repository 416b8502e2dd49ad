/* The journal's JSON object of one exchange; its format is told in journal.h. */
#pragma once

#include "server/exchange.h"

/* Appends the object and a newline. */
void journal_entry_write(struct buffer *out, const struct exchange *exchange);
