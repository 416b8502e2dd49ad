/* Text of the client's as the journal and the line for a person show it. */
#pragma once

#include "server/http.h"

/* Returns the first JOURNAL_TEXT_MAX bytes of `text`, without a character that is cut by that. */
struct bytes journal_text_cut(struct bytes text);

/* Writes a member of the journal's object, cut; a NULL `text` writes nothing. */
void journal_text_write(struct buffer *out, const char *key, const char *text);

/* Returns the word for how an exchange ended on the wire: "client-left". */
const char *journal_text_end(enum http_end end);

/* Appends the request's `operation` parameter, unescaped; returns false when there is none. */
bool journal_text_operation(struct buffer *out, const struct request *request);

/* Appends `text` cut to `size` bytes, with "..." where it goes on; whatever could move a terminal's
 * cursor becomes "?". */
void journal_text_print(struct buffer *out, struct bytes text, size_t size);
