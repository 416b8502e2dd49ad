/* UTF-16LE (RFC 2781), in which mscep.dll sends its pages. */
#pragma once

#include "common/buffer.h"

/* Appends the byte-order mark. */
void utf16_append_mark(struct buffer *out);

/* Appends UTF-8 text as UTF-16LE; each byte that is not UTF-8 becomes U+FFFD. */
void utf16_append(struct buffer *out, struct bytes text);

/* Appends UTF-16LE as UTF-8, without a byte-order mark at its start; a lone surrogate becomes
 * U+FFFD, and a lone byte at the end is dropped. */
void utf16_decode(struct buffer *out, struct bytes utf16);
