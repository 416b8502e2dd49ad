/*
 * What can be asked of the journal without reading its JSON objects: one row a
 * field. A field is a short text, taken from the exchange when it has arrived,
 * or from its JSON object when that comes out of the state file.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "common/buffer.h"

struct exchange;

enum journal_field {
	JOURNAL_SITE,
	JOURNAL_OPERATION,
	JOURNAL_METHOD,
	JOURNAL_PATH,
	JOURNAL_USER_AGENT,
	JOURNAL_MESSAGE_TYPE,
	JOURNAL_TRANSACTION_ID,
	JOURNAL_SUBJECT,
	JOURNAL_CIPHER,
	JOURNAL_DIGEST,
	JOURNAL_OUTCOME,
	JOURNAL_CHALLENGE,
	JOURNAL_FAULT,
	JOURNAL_STATUS,
	JOURNAL_END,
	JOURNAL_CONNECTION,
	JOURNAL_REPEATS,
	JOURNAL_TIME,
	JOURNAL_FIELD_COUNT,
};

/* Stands between the faults in JOURNAL_FAULT. */
#define JOURNAL_FAULT_SEPARATOR '\n'

struct journal_field_row {
	const char *name;
	const char *help; /* what it is, one sentence without its full stop */
	/* Appends the text; nothing where the exchange has none. At most JOURNAL_TEXT_MAX bytes of it
	 * are kept. */
	void (*take)(struct buffer *out, const struct exchange *exchange);
	/* Appends the text that `take` gave, as far as the journal's JSON object tells it. */
	void (*restore)(struct buffer *out, const json_t *entry);
	bool at_end;    /* taken once more when the exchange has ended: the wire may change it */
	bool only_then; /* with at_end: it is not known before */
	bool fold;      /* compared without case, as IIS does with paths */
	bool open;      /* other texts than `words` are possible */
	bool digits;    /* a number */
	/* The words that it can be, in turn, NULL behind the last; NULL: any text. */
	const char *(*word_at)(size_t index);
	/* Returns the word that is meant by one that people write ("3DES"), or NULL. */
	const char *(*resolve)(const char *text);
};

/* Returns the row of a field. */
const struct journal_field_row *journal_field_row(enum journal_field field);
