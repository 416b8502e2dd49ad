/* Text from strangers as HTML shows it. */
#pragma once

#include "common/buffer.h"

/*
 * Appends `text` so that it is text and nothing else between tags and in quoted attribute values:
 * & < > " ' become character references, control characters and bytes that are not UTF-8 become
 * U+FFFD.
 */
void html_escape(struct buffer *out, struct bytes text);
