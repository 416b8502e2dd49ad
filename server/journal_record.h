/*
 * One exchange as the journal keeps it. The record is made when the request has
 * been understood, and is completed when the exchange has ended: until then it has
 * its fields alone.
 *
 * It is shared by reference. What it says does not change once it is there: the
 * fields from the beginning, the rest from completion on, which is seen whole or
 * not at all. So records may be read from any thread without a lock.
 */
#pragma once

#include <stdatomic.h>

#include "common/diag.h"
#include "server/journal_field.h"
#include "server/journal_raw.h"

struct journal_record;

/* Makes the record of an exchange that has arrived; held once. */
struct journal_record *journal_record_new(const struct exchange *exchange);

/*
 * Makes a complete record from the journal's JSON object; held once. Its raw messages are not there,
 * and it has those fields that the object tells. REFUSED when it is no such object.
 */
int journal_record_restore(struct journal_record **out, struct bytes entry, struct diag *diag);

/* Completes the record; `entry` is the JSON object without a newline, and `raw_limit` the most that is
 * kept of request and of reply. Once, when the exchange has ended. */
void journal_record_complete(struct journal_record *record, const struct exchange *exchange,
	struct bytes entry, size_t raw_limit);

/* Holds it once more and returns it; lets it go (NULL allowed). */
struct journal_record *journal_record_hold(struct journal_record *record);
void journal_record_release(struct journal_record *record);

/* Returns the exchange's number, and when it arrived: by the deployment's clock, since 1970. */
uint64_t journal_record_number(const struct journal_record *record);
int64_t journal_record_arrived_ms(const struct journal_record *record);

/* Returns whether the exchange has ended and the record has the rest. */
bool journal_record_is_complete(const struct journal_record *record);

/* Returns the text of a field, at most JOURNAL_TEXT_MAX bytes; data NULL: the exchange has none, or
 * not yet. */
struct bytes journal_record_field(const struct journal_record *record, enum journal_field field);

/* Returns the JSON object (journal.h); empty before the record is complete. */
struct bytes journal_record_entry(const struct journal_record *record);

/* Returns what is kept of the request's bytes and of the reply's, and fills `part`; empty before the
 * record is complete. */
struct bytes journal_record_request(
	struct journal_raw_part *part, const struct journal_record *record);
struct bytes journal_record_reply(
	struct journal_raw_part *part, const struct journal_record *record);

/* Returns how much memory the record takes now. */
size_t journal_record_size(const struct journal_record *record);

/*
 * The record's place among all arrivals and completions, counted from 1; 0: it has none yet. The ring
 * sets them, the former before anybody else sees the record, the latter behind its completion.
 */
uint64_t journal_record_arrival(const struct journal_record *record);
uint64_t journal_record_completion(const struct journal_record *record);
void journal_record_set_arrival(struct journal_record *record, uint64_t moment);
void journal_record_set_completion(struct journal_record *record, uint64_t moment);
