/*
 * UTF-8 (RFC 3629), for text that came from strangers.
 */
#pragma once

#include "common/buffer.h"

/* What stands for a byte that is not UTF-8: U+FFFD. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/*
 * Returns the size of the character at the start of `text`, or 0 when it is none: overlong, a
 * surrogate, beyond U+10FFFF, cut, or no text at all.
 */
size_t utf8_size(struct bytes text);

/* Returns whether `text` is UTF-8 throughout, and has no NUL. */
bool utf8_is_text(struct bytes text);

/* Appends a code point. Returns false, with nothing appended, for one that is no character: a
 * surrogate, or beyond U+10FFFF. */
bool utf8_append(struct buffer *out, uint32_t point);

/* Returns `text` without the character that a cut at its end has left incomplete. */
struct bytes utf8_trim(struct bytes text);
