/*
 * Connections that wait: for the moment at which their answer is due, or for room
 * in a slow client's buffers. One timer for all of them, and a watch on each
 * descriptor, so that a client that hangs up is let go at once.
 *
 * A client that closes its sending side counts as gone, as it does for http.sys:
 * from a FIN nobody can tell whether it still reads.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/diag.h"

struct http_hold;

/* Embedded in what waits; belongs to the hold until it is taken back. */
struct http_held {
	int descriptor;
	int64_t due_ns; /* clock_monotonic_ns */
	size_t place;   /* in the heap */
	bool left;      /* the client hung up before that */
	bool due;       /* it was held to its end */
};

/* Makes an empty one. DONE or BROKEN. */
int http_hold_new(struct http_hold **out, struct diag *diag);

/* None may be held. Accepts NULL. */
void http_hold_free(struct http_hold *hold);

/* Returns the descriptor that is readable when a client has hung up or can be written to. */
int http_hold_descriptor(const struct http_hold *hold);

/* Holds a connection for `ms` milliseconds, or until its client leaves, or, when that is asked for,
 * until it can be written to. */
void http_hold_put(struct http_hold *hold, struct http_held *held, int descriptor, int64_t ms,
	bool until_writable);

/* Returns how many are held. */
size_t http_hold_count(const struct http_hold *hold);

/* Returns after how many milliseconds the next one is due, rounded up; -1: none is held. */
int http_hold_timeout(const struct http_hold *hold);

/* Lets one that is held be taken back now. */
void http_hold_wake(struct http_hold *hold, struct http_held *held);

/* Takes back one that waits no longer; NULL: there is none. */
struct http_held *http_hold_take(struct http_hold *hold);

/* Takes back any one, due or not; NULL: none is held. */
struct http_held *http_hold_take_any(struct http_hold *hold);
