/*
 * BER made DER: the form over which the signature of a SignedData's attributes
 * is made, whatever form they are sent in (RFC 5652 5.4).
 */
#pragma once

#include "common/buffer.h"

/*
 * Appends a DER SET OF with the elements of `content` (those of a SET as sent): definite, shortest
 * lengths, strings in one piece, TRUE as FF, every SET sorted. Returns false, with nothing
 * appended, when they cannot be read.
 */
bool der_canonical_set(struct buffer *out, struct bytes content);
