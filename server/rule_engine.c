#include "server/rule_engine.h"

#include <string.h>

#include "server/exchange.h"
#include "server/rule.h"

static int
apply(struct exchange *exchange, const struct rule_strike *strike, unsigned stage, bool decided_now,
	int result)
{
	for (size_t i = 0; i < strike->rule->action_count; i++) {
		const struct rule_action *action = &strike->rule->actions[i];
		bool strikes = action->stage == stage ||
			(decided_now && strike->by_message && action->stage < stage);
		int own = strikes ? action->row->apply(exchange, action->values) : STAGE_NEXT;

		if (own != STAGE_NEXT)
			result = own;
	}
	return result;
}

int
rule_engine_apply(struct exchange *exchange, unsigned stage, int result)
{
	const struct rule_decision *decision = &exchange->decision;
	bool at_site = stage == 0, at_message;

	if (!exchange->rules)
		return result;
	at_message = strcmp(pipeline_stage(stage)->name, "mscep") == 0;
	if (at_site)
		rule_set_decide_head(exchange->rules, exchange);
	if (at_message)
		rule_set_decide_message(exchange->rules, exchange);
	for (unsigned i = 0; i < decision->count; i++)
		result = apply(exchange, &decision->strikes[i], stage, at_message, result);
	return result;
}
