/* UTF-16LE (RFC 2781), in which mscep.dll sends its pages. */
#pragma once

#include "common/buffer.h"

/* Appends the byte-order mark. */
void utf16_append_mark(struct buffer *out);

/* Appends UTF-8 text as UTF-16LE; each byte that is not UTF-8 becomes U+FFFD. */
void utf16_append(struct buffer *out, struct bytes text);
