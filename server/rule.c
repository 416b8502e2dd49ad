#include "server/rule.h"

#include <stdlib.h>
#include <string.h>

#include "server/exchange.h"
#include "server/request_kind.h"

/* Each of the actions must be able to do something. */
static bool
can_strike(const struct rule *rule, const struct exchange *exchange)
{
	const char *kind = request_kind(&exchange->http->request);

	for (size_t i = 0; i < rule->action_count; i++) {
		const char *operation = rule->actions[i].row->operation;

		if (operation && (!kind || strcmp(operation, kind) != 0))
			return false;
	}
	return true;
}

bool
rule_fits(const struct rule *rule, const struct exchange *exchange)
{
	return rule_match_fits(&rule->match, exchange) && can_strike(rule, exchange);
}

void
rule_done(struct rule *rule)
{
	rule_match_done(&rule->match);
	for (size_t i = 0; i < rule->action_count; i++)
		for (size_t j = 0; j < ACTION_ARGUMENTS_MAX; j++)
			action_value_done(&rule->actions[i].values[j]);
	rule_record_release(rule->record);
	free(rule->id);
	free(rule->note);
	*rule = (struct rule){0};
}
