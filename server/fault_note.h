/*
 * Which faults shaped an exchange, for the journal and for the header X-Mock-Fault: rules
 * that struck it, and settings that are not as they are by default and that honest code
 * met on its way (exchange_note_setting).
 */
#pragma once

#include "common/buffer.h"

struct exchange;

/* Writes the journal's member `faults`; nothing when there is none. */
void fault_note_write(struct buffer *out, const struct exchange *exchange);

/* Calls `visit` with the name of each: a rule's id, or a setting's name. */
void fault_note_each(const struct exchange *exchange,
	void (*visit)(void *context, const char *name), void *context);

/* Appends "two-503-then-ok, app_pool=stopped" with this separator between them; nothing when there is
 * none. */
void fault_note_list(struct buffer *out, const struct exchange *exchange, const char *separator);
