/*
 * Reading rules: from JSON values and the places where they stand to struct rule,
 * with everything checked.
 */
#pragma once

#include "server/rule.h"
#include "server/rule_set.h"

/* What may stand behind a key of a rule. */
enum rule_key_kind {
	RULE_KEY_TEXT,    /* 1 to `most` bytes */
	RULE_KEY_NAME,    /* the same, without control characters */
	RULE_KEY_NUMBER,  /* any whole one */
	RULE_KEY_BOOLEAN, /* true or false */
	RULE_KEY_MATCH,   /* a mapping of fields, rule_match.h */
	RULE_KEY_WHEN,    /* a mapping of members, rule_when.h */
	RULE_KEY_DO,      /* an action with its arguments, action.h, or a list of 1 to `most` */
};

struct rule_key {
	const char *name;
	enum rule_key_kind kind;
	size_t most;
	const char *help; /* one sentence without its full stop */
};

/* Returns the keys; NULL behind the last. RULE_KEY_DO alone must be there. */
const struct rule_key *rule_key_at(size_t index);

/* What `settings` of a rule come on top of, and what they may have to be minted with. All zero: they
 * are checked, and no rule can strike. */
struct rule_surroundings {
	struct condition *base;
	const struct pki *pki;
	const char *base_url;
	int64_t now_ms;
};

/*
 * Reads the rule at an index of a source's list. rule_done releases it in any case. DONE; REFUSED with
 * file:line:column; or BROKEN.
 */
int rule_read(struct rule *out, const struct rule_source *source, size_t index,
	const struct rule_surroundings *surroundings, struct diag *diag);
