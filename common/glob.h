/*
 * Patterns as shells have them, with two signs: "*" stands for any run of
 * characters, "?" for one. A backslash takes either, a "[" or a backslash as it is. A
 * pattern fits a text as a whole.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

/*
 * Looks at a pattern. REFUSED, with the object of the diag left empty, when it has a "[", which means
 * a class of characters elsewhere, or a backslash in front of something else. Else DONE.
 */
int glob_check(const char *pattern, struct diag *diag);

/*
 * Returns whether a pattern that glob_check has let through fits the whole text, whose characters
 * are UTF-8, or bytes where they are not. `fold` takes A-Z as a-z. Its time is at most the product
 * of the sizes.
 */
bool glob_match(const char *pattern, struct bytes text, bool fold);

/* Appends a regular expression (common/pattern.h) for the patterns that glob_check lets through. */
void glob_write_pattern(struct buffer *out);
