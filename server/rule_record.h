/*
 * What of a rule outlives the sets that it is in: its name, its words as they were
 * given, where they came from, and how often it has struck. When rules come and go while
 * the server runs, another set takes the place of the old one, and the records of those
 * that stay move on; exchanges in flight count on with the set that they hold.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "server/rule_when.h"

struct rule_record;

/* Makes one, held once, with copies; its counters are at zero and it is armed at `now_ms`. */
struct rule_record *rule_record_new(
	const char *id, const char *source, const json_t *given, int64_t now_ms);

/* Holds it once more and returns it; lets it go (NULL allowed). From any thread. */
struct rule_record *rule_record_hold(struct rule_record *record);
void rule_record_release(struct rule_record *record);

/* Returns what does not change. */
const char *rule_record_id(const struct rule_record *record);
const char *rule_record_source(const struct rule_record *record);
const json_t *rule_record_given(const struct rule_record *record);

/* Returns the counters as they are. From any thread. */
struct rule_count rule_record_count(struct rule_record *record);

/* Puts the counters to zero, and arms it anew at `now_ms`. From any thread. */
void rule_record_rearm(struct rule_record *record, int64_t now_ms);

/* Counts a match, as rule_when_strikes. From any thread. */
bool rule_record_strikes(struct rule_nth *nth, struct rule_record *record,
	const struct rule_when *when, uint64_t seed, int64_t now_ms);
