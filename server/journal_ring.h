/*
 * The newest exchanges, by their numbers: so many of them, and so many bytes of
 * memory, whatever comes first. Older ones are dropped and counted.
 *
 * All functions may be called from any thread; the lock is held for a few
 * pointers. Records come out held, newest first and some at a time, so that who
 * walks through all of them stands in nobody's way.
 */
#pragma once

#include "server/journal_record.h"

struct journal_ring;

/* What a ring holds, and what it could not. */
struct journal_totals {
	size_t exchanges;           /* that are there */
	size_t bytes;               /* that they take */
	uint64_t dropped_exchanges; /* that gave way to newer ones, since the start */
	uint64_t dropped_bytes;
};

/* Makes a ring for so many exchanges, at least 1, and bytes. */
struct journal_ring *journal_ring_new(size_t exchanges, size_t bytes);
void journal_ring_free(struct journal_ring *ring);

/* Puts a record in the place of its number and holds it; it has arrived now, and is complete now if it
 * is. One that is older than all others is dropped at once when the ring is full. */
void journal_ring_add(struct journal_ring *ring, struct journal_record *record);

/* Takes notice that a record has been completed. Returns false when it is not in the ring any more. */
bool journal_ring_complete(struct journal_ring *ring, struct journal_record *record);

/*
 * Forgets all records, or those of one site. What has arrived and goes on is forgotten too, and does not
 * come back when it is complete; what had not arrived yet is new when it does. They do not count as
 * dropped.
 */
void journal_ring_clear(struct journal_ring *ring, const char *site);

/* Holds at most `max` records whose numbers are below `before`, newest first, and returns how many. */
size_t journal_ring_hold_before(
	struct journal_ring *ring, struct journal_record **out, size_t max, uint64_t before);

/* Holds the record of this number, or returns NULL. */
struct journal_record *journal_ring_hold(struct journal_ring *ring, uint64_t number);

/* That an exchange has arrived or ended, at a place among all of them. */
struct journal_event {
	uint64_t moment;
	uint64_t number; /* of the exchange, which may be gone by now */
};

/*
 * Fills in what happened behind the moment `since`, in its order, at most `max`; returns how many. Only so
 * much is remembered: `lost` says that more had happened before the first of them.
 */
size_t journal_ring_events(struct journal_ring *ring, struct journal_event *out, size_t max,
	uint64_t since, bool *lost);

/* Returns the place of the latest arrival or completion among all of them; 0: there was none. */
uint64_t journal_ring_moment(struct journal_ring *ring);

struct journal_totals journal_ring_totals(struct journal_ring *ring);
