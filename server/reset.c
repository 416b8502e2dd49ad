#include "server/reset.h"

#include <stdlib.h>

#include "server/profile_set.h"
#include "server/server.h"
#include "server/site_force.h"
#include "server/site_life.h"
#include "server/site_start.h"
#include "server/store_site.h"

static int
read_profiles(struct profile_set *set, const struct server *server, const struct site_start *start,
	struct diag *diag)
{
	if (!*start->profiles)
		return DONE;
	return profile_set_read(set, server->profile_directory, start->profiles, diag);
}

/* --- one site ------------------------------------------------------------------------------- */

static bool
none_stays(const void *context, const struct rule_record *record)
{
	return false;
}

/* Puts settings, profiles and rules back. The site is locked. */
static int
put_back(struct site *site, struct profile_set *set, struct diag *diag)
{
	struct rule_source sources[PROFILE_SET_MAX + 1];
	size_t count = profile_set_sources(sources, set);
	const struct profile_set before = *site->profiles;
	int result;

	sources[count++] =
		(struct rule_source){.rules = site->start->rules, .name = SITE_RULES_OWN};
	result = site_force_run(site, &site->start->configured, NULL,
		&(struct rule_change){
			.stays = none_stays, .sources = sources, .source_count = count},
		diag);
	if (result != DONE)
		return result;
	settings_take_over(&site->configured, &site->start->configured, EFFECT_SETUP);
	settings_take_over(&site->without, &site->start->without, EFFECT_SETUP);
	*site->profiles = *set;
	*set = before;
	return DONE;
}

static void
begin_anew(struct site *site)
{
	int64_t ttl_ms = site->start->time_to_live_ms;

	clock_restore(&site->clock, &site->start->clock);
	site->expires_ms = ttl_ms ? clock_now_ms(&site->server->clock) + ttl_ms : 0;
}

int
reset_site(struct site *site, struct diag *diag)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	int result = read_profiles(&set, site->server, site->start, diag);

	if (result != DONE)
		return result;
	begin_anew(site);
	pthread_mutex_lock(&site->lock);
	result = put_back(site, &set, diag);
	pthread_mutex_unlock(&site->lock);
	if (result != DONE)
		return result;
	app_pool_start(&site->app_pool);
	site->balanced = 0;
	return store_site_empty(site->server->store, site->store_name, diag);
}

/* --- the server ------------------------------------------------------------------------------- */

/* Keeps the first result that is not DONE, with its words. */
static void
keep_first(int *first, struct diag *diag, int result, const struct diag *words)
{
	if (*first != DONE || result == DONE)
		return;
	*first = result;
	if (diag)
		*diag = *words;
}

static int
make_again(struct server *server, const struct site_start *start, struct diag *diag)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	const struct site_plan plan = {.name = start->name,
		.base_url = start->base_url,
		.settings = &start->configured,
		.without = &start->without,
		.profiles = &set,
		.rules = start->rules,
		.own_ca = start->own_ca,
		.pki = start->pki,
		.time_to_live_ms = start->time_to_live_ms,
		.clock = start->clock};
	struct site *site;
	int result = read_profiles(&set, server, start, diag);

	if (result == DONE)
		result = site_new(&site, server, &plan, diag);
	if (result == DONE)
		site_table_add(&server->sites, site);
	return result;
}

/* What could not be made stays remembered. */
static void
make_removed_again(int *first, struct server *server, struct diag *diag)
{
	struct site_table *sites = &server->sites;
	size_t left = 0;

	for (size_t i = 0; i < sites->removed_count; i++) {
		struct site_start *start = sites->removed[i];
		struct diag words = {0};
		int result = make_again(server, start, &words);

		keep_first(first, diag, result, &words);
		if (result == DONE)
			site_start_free(start);
		else
			sites->removed[left++] = start;
	}
	sites->removed_count = left;
}

int
reset_server(struct server *server, struct diag *diag)
{
	int first = DONE;

	clock_restore(&server->clock, &server->started);
	for (size_t i = server->sites.count; i-- > 0;) {
		struct site *site = server->sites.sites[i];
		bool stays = site->origin == SITE_CONFIGURED || site->origin == SITE_OF_LISTENER;
		struct diag words = {0};
		int result = stays ? reset_site(site, &words) : site_life_remove(site, &words);

		keep_first(&first, diag, result, &words);
	}
	make_removed_again(&first, server, diag);
	return first;
}
