#include "server/site.h"

#include <stdlib.h>

#include "common/memory.h"
#include "server/profile_set.h"
#include "server/server.h"
#include "server/site_logs.h"

/* A site without rules has no set of them. */
static int
read_rules(struct site *site, const struct profile_set *profiles, struct diag *diag)
{
	struct rule_source sources[PROFILE_SET_MAX];
	size_t count = profiles ? profile_set_sources(sources, profiles) : 0, rules = 0;
	struct server *server = site->server;

	for (size_t i = 0; i < count; i++)
		rules += json_array_size(sources[i].rules);
	if (rules == 0)
		return DONE;
	return rule_set_new(&site->rules, sources, count, server->random.seed, site->condition,
		&server->pki, site->base_url, clock_now(&server->clock), diag);
}

int
site_new(struct site **out, struct server *server, const struct site_plan *plan, struct diag *diag)
{
	struct site *site = memory_new(1, sizeof(*site));
	int result;

	site->name = text_copy(plan->name);
	site->number = SITE_NUMBER_DEFAULT + (unsigned)server->sites.count;
	site->server = server;
	site->base_url = text_copy(plan->base_url);
	pthread_mutex_init(&site->lock, NULL);
	app_pool_init(&site->app_pool);
	settings_copy(&site->configured, plan->settings);
	site->changed_ms = clock_now_ms(&server->clock);
	result = condition_new(&site->condition, &server->pki, plan->settings, site->base_url,
		clock_now(&server->clock), NULL, diag);
	if (result == DONE)
		result = read_rules(site, plan->profiles, diag);
	if (result == DONE && server->log_directory)
		result = site_logs_open(&site->logs, server->log_directory, site->number,
			plan->settings, clock_now(&server->clock), diag);
	if (result == DONE)
		*out = site;
	else
		site_free(site);
	return result;
}

void
site_free(struct site *site)
{
	if (!site)
		return;
	site_logs_close(site->logs);
	condition_release(site->condition);
	rule_set_release(site->rules);
	settings_done(&site->configured);
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
