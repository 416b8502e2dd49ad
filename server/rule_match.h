/*
 * Which exchanges a rule is for: one row a field. All fields that a rule names
 * must fit.
 */
#pragma once

#include "server/action_value.h"

struct exchange;

#define RULE_MATCH_MAX 16 /* fields that a rule can name */

struct match_row {
	struct action_argument argument; /* texts are patterns (common/glob.h) */
	bool in_message; /* stands in the pkiMessage, so that it is not known before mscep.dll */
	bool (*fits)(const struct exchange *exchange, const struct action_value *value);
};

/* The rows; NULL behind the last. */
const struct match_row *rule_match_row_at(size_t index);

/* Returns the row of this name, or NULL. */
const struct match_row *rule_match_row(const char *name);

/* What a rule says; all zero fits everything. */
struct rule_match {
	struct {
		const struct match_row *row;
		struct action_value value;
	} fields[RULE_MATCH_MAX];
	size_t count;
	bool in_message; /* one of the fields is */
};

/* Returns whether an exchange fits, behind the stage where that can be told. */
bool rule_match_fits(const struct rule_match *match, const struct exchange *exchange);

void rule_match_done(struct rule_match *match);
