/*
 * Our own record of every exchange, decoded: journal.jsonl, one JSON object a
 * line; and the short line for a person on stderr.
 */
#pragma once

#include "server/exchange.h"

struct journal;

/* Opens DIRECTORY/journal.jsonl for appending, or writes no file when NULL. DONE, REFUSED, BROKEN. */
int journal_open(struct journal **out, const char *directory, bool human_lines, struct diag *diag);

/* Records a finished exchange; its line is in the file when this returns. DONE or BROKEN. */
int journal_write(struct journal *journal, const struct exchange *exchange, struct diag *diag);

void journal_close(struct journal *journal);
