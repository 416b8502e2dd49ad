/*
 * One rule: which exchanges, how often, what is done to them.
 */
#pragma once

#include "server/action.h"
#include "server/rule_match.h"
#include "server/rule_record.h"
#include "server/rule_when.h"

#define RULE_ID_MAX      63
#define RULE_ACTIONS_MAX 4
#define RULE_NOTE_MAX    512

struct rule_action {
	const struct action_row *row;
	unsigned stage; /* its index in the pipeline */
	struct action_value values[ACTION_ARGUMENTS_MAX];
};

struct rule {
	char *id;                   /* as read; NULL: none was given, until the set makes one */
	struct rule_record *record; /* held; NULL until the set has one */
	bool is_new;                /* in its set; false: it was in the one before */
	struct rule_match match;
	struct rule_when when;
	struct rule_action actions[RULE_ACTIONS_MAX];
	size_t action_count;
	int64_t priority;
	bool goes_on; /* "continue" */
	char *note;   /* NULL: none */
};

/* Returns whether an exchange is one of the rule's, behind the stage where that can be told. */
bool rule_fits(const struct rule *rule, const struct exchange *exchange);

void rule_done(struct rule *rule);
