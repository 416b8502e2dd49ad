/*
 * How often a rule strikes of the exchanges that fit it.
 *
 * The nth exchange that fits (n counts from 1 since the rule was armed) is struck
 * when all of this holds:
 *
 *   for              no more than this has gone by since then, by the deployment's clock;
 *                    later ones are not even counted
 *   after, every     n - after is a positive multiple of every
 *   max_consecutive  not as many as this were struck in a row just before, whose number
 *                    counts from the last fitting one that was not
 *   times            fewer than this were struck before
 *   probability      the draw of (seed, rule, n) is below it
 *
 * So the same seed and the same order of exchanges give the same strikes.
 */
#pragma once

#include <stdbool.h>

#include "server/action_value.h"

enum when_member {
	WHEN_TIMES,
	WHEN_AFTER,
	WHEN_EVERY,
	WHEN_PROBABILITY,
	WHEN_MAX_CONSECUTIVE,
	WHEN_FOR,
	WHEN_COUNT,
};

/* What a rule says; by enum when_member, in the units of the value's kind. */
struct rule_when {
	int64_t members[WHEN_COUNT];
};

/* What became of it so far. */
struct rule_count {
	int64_t armed_ms; /* the deployment's clock */
	uint64_t matches;
	uint64_t strikes;
	uint64_t in_a_row;
};

/* One match. */
struct rule_nth {
	uint64_t nth;  /* which match of its rule, from 1 */
	uint32_t draw; /* in millionths; below probability it strikes */
};

/* Returns the row of a member, whose standard sets no bound; NULL behind the last. */
const struct action_argument *rule_when_row(size_t index);

/* Returns whether a member bounds what a rule does: whether it is not at its standard. */
bool rule_when_is_bounded(const int64_t members[WHEN_COUNT], enum when_member member);

/* Sets all members to their standards. */
void rule_when_init(struct rule_when *when);

/*
 * Returns the draw for the nth match of a rule, 0 to 999,999: the upper bits of three rounds of
 * SplitMix64 (Steele, Lea, Flood 2014), whose state takes in the seed, then FNV-1a 64 of the id, then n.
 */
uint32_t rule_when_draw(uint64_t seed, const char *id, uint64_t nth);

/* Counts a match and returns whether it is a strike. `nth` tells which it was. */
bool rule_when_strikes(struct rule_nth *nth, struct rule_count *count, const struct rule_when *when,
	uint64_t seed, const char *id, int64_t now_ms);
