/*
 * A deployment's event logs: eventlog.jsonl, one JSON object a line, and
 * eventlog.txt, the text that an event viewer copies.
 *
 *   {"time", "log", "source", "id", "task_category", "level", "keywords", "computer", "text",
 *    "values": [...], "exchange": 17}    no exchange where none was the cause
 */
#pragma once

#include "common/diag.h"
#include "server/event_catalogue.h"

struct event_log;

/* Writes into a folder, which is there; the files are opened at the first event. */
struct event_log *event_log_new(const char *folder, const char *computer);

/* Adds an event to those that event_log_write writes; `values` end with NULL, `exchange` 0: none. From
 * any thread. */
void event_log_add(struct event_log *log, enum event event, char *const *values, uint64_t exchange,
	int64_t now_ms);

/* Appends the events that were added, at once. From any thread. DONE; BROKEN with words when the files
 * begin to fail. */
int event_log_write(struct event_log *log, struct diag *diag);

/* Has the next event open the files anew. From any thread. */
void event_log_reopen(struct event_log *log);

/* Accepts NULL. */
void event_log_free(struct event_log *log);
