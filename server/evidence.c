#include "server/evidence.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/memory.h"
#include "server/exchange.h"

static struct evidence_note *
add(struct exchange *exchange, enum evidence_kind kind)
{
	struct evidence *evidence = &exchange->evidence;
	struct evidence_note *note;

	evidence->notes = memory_resize(
		evidence->notes, (evidence->count + 1) * sizeof(struct evidence_note));
	note = &evidence->notes[evidence->count++];
	*note = (struct evidence_note){.kind = kind};
	return note;
}

void
evidence_event_of(struct exchange *exchange, enum event event, const char *const *values)
{
	struct evidence_note *note = add(exchange, EVIDENCE_EVENT);

	note->event = event;
	for (size_t i = 0; i < EVIDENCE_VALUES_MAX && values[i]; i++)
		note->values[i] = text_copy(values[i]);
}

void
evidence_call(struct exchange *exchange, const struct evidence_call *call)
{
	add(exchange, EVIDENCE_CALL)->call = *call;
}

void
evidence_line(struct exchange *exchange, enum evidence_kind kind, const char *format, ...)
{
	struct evidence_note *note = add(exchange, kind);
	va_list values;

	va_start(values, format);
	if (vasprintf(&note->values[0], format, values) < 0)
		memory_exhausted();
	va_end(values);
}

void
evidence_done(struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->count; i++)
		for (size_t j = 0; j < EVIDENCE_VALUES_MAX; j++)
			free(evidence->notes[i].values[j]);
	free(evidence->notes);
	*evidence = (struct evidence){0};
}
