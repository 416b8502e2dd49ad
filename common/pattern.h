/*
 * Regular expressions (ECMA 262 with the flag u, which JSON Schema asks for) that
 * fit what a reader takes. Who reads a form says by these what it takes.
 */
#pragma once

#include "common/buffer.h"

/* Each appends an expression without anchors, to be followed by another one. */

/* A text as it is; `fold`: its ASCII letters in either case. */
void pattern_text(struct buffer *out, const char *text, bool fold);

/* A whole number without a sign from `min`, which is not negative, to `max`; zeros may stand in front. */
void pattern_number(struct buffer *out, int64_t min, int64_t max);
