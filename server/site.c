#include "server/site.h"

#include <stdlib.h>

#include "common/memory.h"
#include "server/ndes_service.h"
#include "server/operator_log.h"
#include "server/pki_generation.h"
#include "server/profile_set.h"
#include "server/server.h"
#include "server/site_logs.h"
#include "server/site_metrics.h"
#include "server/site_start.h"
#include "server/store.h"
#include "server/store_site.h"

/* A site without rules has no set of them. */
static int
read_rules(struct site *site, const struct site_plan *plan, struct diag *diag)
{
	struct rule_source sources[PROFILE_SET_MAX + 1];
	size_t count = profile_set_sources(sources, site->profiles), rules = 0;
	struct server *server = site->server;

	sources[count++] = (struct rule_source){.rules = plan->rules, .name = SITE_RULES_OWN};
	for (size_t i = 0; i < count; i++)
		rules += json_array_size(sources[i].rules);
	if (rules == 0)
		return DONE;
	return rule_set_new(&site->rules,
		&(struct rule_set_plan){.sources = sources,
			.source_count = count,
			.seed = server->random.seed,
			.base = site->condition,
			.pki = site->pki,
			.base_url = site->base_url,
			.now_ms = clock_now_ms(&site->clock)},
		diag);
}

/* Of a site whose settings come with its profiles' in them. */
static void
fill_without(struct site *site, const struct settings *without)
{
	SETTINGS_CLEANUP struct settings defaults = {0}, faulty = {0};
	const char *name;
	json_t *value;

	settings_copy(&site->without, without ? without : &site->configured);
	if (without)
		return;
	settings_init(&defaults);
	settings_copy(&faulty, &site->configured);
	profile_set_apply(site->profiles, &faulty, NULL);
	for (size_t i = 0; i < site->profiles->count; i++)
		json_object_foreach((json_t *)site->profiles->profiles[i].settings, name, value)
			if (settings_same_named(&site->configured, &faulty, name))
				settings_take_named(&site->without, &defaults, name);
}

static int
choose_pki(struct site *site, const struct site_plan *plan, struct diag *diag)
{
	struct server *server = site->server;

	site->pki = &server->pki;
	if (!plan->own_ca)
		return DONE;
	site->pki = site->own_pki = memory_new(1, sizeof(*site->own_pki));
	if (plan->pki) {
		pki_share(site->own_pki, plan->pki);
		return DONE;
	}
	return pki_generation_run(site->own_pki, &server->pki, clock_now(&site->clock), diag);
}

int
site_new(struct site **out, struct server *server, const struct site_plan *plan, struct diag *diag)
{
	struct site *site = memory_new(1, sizeof(*site));
	int result;

	atomic_init(&site->holders, 1);
	site->origin = plan->origin;
	site->name = text_copy(plan->name);
	site->number = site_table_next_number(&server->sites);
	site->store_name = site->name;
	site->server = server;
	site->clock.base = &server->clock;
	clock_restore(&site->clock, &plan->clock);
	if (plan->time_to_live_ms)
		site->expires_ms = clock_now_ms(&server->clock) + plan->time_to_live_ms;
	site->base_url = text_copy(plan->base_url);
	pthread_mutex_init(&site->lock, NULL);
	app_pool_init(&site->app_pool);
	settings_copy(&site->configured, plan->settings);
	site->profiles = memory_new(1, sizeof(*site->profiles));
	if (plan->profiles)
		*site->profiles = *plan->profiles;
	if (plan->profiles)
		*plan->profiles = (struct profile_set){0};
	fill_without(site, plan->without);
	site->start = site_start_new(site, plan);
	site->changed_ms = clock_now_ms(&site->clock);
	result = choose_pki(site, plan, diag);
	if (result == DONE)
		result = condition_new(&site->condition, site->pki, plan->settings, site->base_url,
			clock_now(&site->clock), NULL, diag);
	if (result == DONE)
		result = read_rules(site, plan, diag);
	if (result == DONE && server->log_directory)
		result = site_logs_open(&site->logs, server->log_directory, site->number,
			plan->settings, clock_now(&site->clock), diag);
	if (result == DONE)
		*out = site;
	else
		site_release(site);
	return result;
}

struct site *
site_hold(struct site *site)
{
	atomic_fetch_add(&site->holders, 1);
	return site;
}

bool
site_is_removed(const struct site *site)
{
	return site->store_name != site->name;
}

int
site_retire(struct site *site, struct diag *diag)
{
	/* No name has a blank, so nobody else's is the same. */
	site->store_name = text_format("%s (removed %u)", site->name, site->number);
	return store_site_purge(site->server->store, site->name, diag);
}

static void
purge_late_rows(struct site *site)
{
	struct diag diag = {0};

	if (store_site_purge(site->server->store, site->store_name, &diag) != DONE)
		operator_log_diag(&diag);
	free(site->store_name);
}

void
site_release(struct site *site)
{
	if (!site || atomic_fetch_sub(&site->holders, 1) > 1)
		return;
	ndes_service_stop(site);
	if (site_is_removed(site))
		purge_late_rows(site);
	site_logs_close(site->logs);
	site_metrics_free(site->metrics);
	condition_release(site->condition);
	rule_set_release(site->rules);
	if (site->own_pki)
		pki_done(site->own_pki);
	free(site->own_pki);
	settings_done(&site->configured);
	settings_done(&site->without);
	profile_set_done(site->profiles);
	free(site->profiles);
	site_start_free(site->start);
	app_pool_done(&site->app_pool);
	pthread_mutex_destroy(&site->lock);
	free(site->base_url);
	free(site->name);
	free(site);
}

struct condition *
site_hold_condition(struct site *site)
{
	struct condition *condition;

	pthread_mutex_lock(&site->lock);
	condition = condition_hold(site->condition);
	pthread_mutex_unlock(&site->lock);
	return condition;
}

struct rule_set *
site_hold_rules(struct site *site)
{
	struct rule_set *rules;

	pthread_mutex_lock(&site->lock);
	rules = rule_set_hold(site->rules);
	pthread_mutex_unlock(&site->lock);
	return rules;
}
