/*
 * A verdict of journal_verify.h as other programs read it.
 */
#pragma once

#include "server/journal_verify.h"

/*
 * Appends one JSON object and a newline:
 *
 *   {"passed": false, "failed": 1, "dropped": 0, "expectations": [{"title", "passed", "words",
 *    "matched", "exchanges": [17], "misses": [{"exchange", "field", "wanted", "found"}]}]}
 *
 * `words` and `misses` stand with what has failed.
 */
void journal_verdict_write_json(struct buffer *out, const struct journal_verdict *verdict);

/* Appends JUnit's XML: one testsuite of this name, one testcase an expectation. */
void journal_verdict_write_junit(
	struct buffer *out, const struct journal_verdict *verdict, const char *suite);

/* Appends TAP version 13, with a YAML block behind what has failed. */
void journal_verdict_write_tap(struct buffer *out, const struct journal_verdict *verdict);
