/*
 * Whether a request is the same, byte for byte, as one shortly before: so do libraries
 * that send again by themselves after a reset, of which the agent above them knows nothing.
 *
 * Of the latest exchanges the hashes of head and body are kept. Where the body of the
 * earlier one was not read (a connection that was reset behind the headers), only the heads can be
 * compared, and that is said. A short GET that is asked twice counts only where the first one was not
 * answered. All functions may be called from any thread.
 */
#pragma once

#include "server/http.h"

struct exchange;
struct journal_repeats;

/* A request of longer ago is none that a library has sent again. */
#define JOURNAL_REPEAT_GAP_MS 5000

/* The earlier exchange; all zero: there was none. */
struct journal_repeat {
	uint64_t exchange; /* its number */
	bool head_alone;   /* of its body nothing is known */
	bool ended;        /* before this one was looked at; then */
	enum http_end end;
	int64_t gap_us; /* from its end to the request line of this one, real time; 0 where they overlap */
};

struct journal_repeats *journal_repeats_new(void);
void journal_repeats_free(struct journal_repeats *repeats);

/* Notes an exchange whose request has been understood, and makes its head_hash. */
void journal_repeats_begin(struct journal_repeats *repeats, struct exchange *exchange);

/* Notes an exchange that has ended, and returns the latest earlier one that has sent the same. */
struct journal_repeat journal_repeats_end(
	struct journal_repeats *repeats, const struct exchange *exchange);
