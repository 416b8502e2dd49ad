#include "server/site_force.h"

#include "server/ndes_service.h"
#include "server/server.h"

static int
make_rules(struct rule_set **out, struct site *site, struct condition *condition,
	const struct rule_change *change, struct diag *diag)
{
	const struct rule_set_plan plan = {.before = site->rules,
		.stays = change->stays,
		.context = change->context,
		.sources = change->sources,
		.source_count = change->source_count,
		.seed = site->server->random.seed,
		.base = condition,
		.pki = site->pki,
		.base_url = site->base_url,
		.now_ms = clock_now_ms(&site->clock)};

	*out = NULL;
	if (!site->rules && change->source_count == 0)
		return DONE;
	return rule_set_new(out, &plan, diag);
}

/* A pool that is stopped, or about to be, ends its worker process. */
static void
stop_pool(struct site *site)
{
	int state = site->condition->settings.app_pool;

	if (state == APP_POOL_STOPPED || state == APP_POOL_SHUTTING_DOWN)
		ndes_service_stop(site);
}

/* Puts a condition, whose hold it takes over, into force, and the rules above it. */
static int
replace(struct site *site, struct condition *condition, const struct rule_change *change,
	struct diag *diag)
{
	struct rule_set *rules;
	int result = make_rules(&rules, site, condition, change, diag);

	if (result != DONE) {
		condition_release(condition);
		return result;
	}
	condition_release(site->condition);
	rule_set_release(site->rules);
	site->condition = condition;
	site->rules = rules;
	site->changed_ms = clock_now_ms(&site->clock);
	stop_pool(site);
	return DONE;
}

int
site_force_run(struct site *site, const struct settings *settings, struct condition *kin,
	const struct rule_change *change, struct diag *diag)
{
	struct condition *condition;
	int result = condition_new(&condition, site->pki, settings, site->base_url,
		clock_now(&site->clock), kin, diag);

	return result == DONE ? replace(site, condition, change, diag) : result;
}

int
site_force_renewal(struct site *site, const struct settings *settings, struct diag *diag)
{
	const struct rule_change as_before = {0};
	struct condition *condition;
	int result = condition_renew(&condition, settings, site->base_url, clock_now(&site->clock),
		site->condition, diag);

	return result == DONE ? replace(site, condition, &as_before, diag) : result;
}

int
site_force_rules(struct site *site, const struct rule_change *change, struct diag *diag)
{
	struct rule_set *rules;
	int result = make_rules(&rules, site, site->condition, change, diag);

	if (result != DONE)
		return result;
	rule_set_release(site->rules);
	site->rules = rules;
	return DONE;
}

int
site_force_configured(struct site *site, const struct settings *configured,
	const struct rule_change *change, struct diag *diag)
{
	SETTINGS_CLEANUP struct settings settings = {0};
	int result;

	settings_copy(&settings, &site->condition->settings);
	settings_take_over(&settings, configured,
		configured->apply == APPLY_NOW ? EFFECT_SETUP : EFFECT_AT_ONCE);
	result = site_force_run(site, &settings, site->condition, change, diag);
	if (result == DONE)
		settings_take_over(&site->configured, configured, EFFECT_SETUP);
	return result;
}
