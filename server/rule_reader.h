/*
 * Reading rules: from JSON values and the places where they stand to struct rule,
 * with everything checked.
 */
#pragma once

#include "server/rule.h"
#include "server/rule_set.h"

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
