#include "server/site_life.h"

#include "common/memory.h"
#include "server/journal.h"
#include "server/operator_log.h"
#include "server/profile_set.h"
#include "server/server.h"
#include "server/site_start.h"

/* --- coming ------------------------------------------------------------------------- */

/* The configuration's settings, the profiles' on top (NULL: none), then its own. */
static int
fill_settings(struct settings *settings, const struct server *server, const struct profile_set *set,
	const struct site_wish *wish, const char **fault, struct diag *diag)
{
	settings_copy(settings, &server->settings);
	if (set && profile_set_apply(set, settings, diag) != DONE)
		return REFUSED;
	return wish->settings ? settings_set_json(settings, wish->settings, fault, diag) : DONE;
}

static int
read_profiles(struct profile_set *set, const struct server *server, const struct site_wish *wish,
	struct diag *diag)
{
	if (!wish->profiles)
		return DONE;
	return profile_set_read(set, server->profile_directory, wish->profiles, diag);
}

int
site_life_prepare(struct site **out, struct server *server, const struct site_wish *wish,
	const char **fault, struct diag *diag)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	SETTINGS_CLEANUP struct settings settings = {0}, without = {0};
	TEXT_CLEANUP char *name = wish->name
		? text_copy(wish->name)
		: text_format("site-%u", atomic_fetch_add(&server->sites.names, 1) + 1);
	TEXT_CLEANUP char *url = text_format("%s/site/%s", server->base_url, name);
	const struct site_plan plan = {.name = name,
		.base_url = url,
		.settings = &settings,
		.without = &without,
		.profiles = &set,
		.rules = wish->rules,
		.origin = SITE_CREATED,
		.own_ca = wish->own_ca,
		.time_to_live_ms = wish->time_to_live_ms,
		.clock = wish->clock};

	*fault = NULL;
	if (site_name_check(name, diag) != DONE ||
		read_profiles(&set, server, wish, diag) != DONE ||
		fill_settings(&without, server, NULL, wish, fault, diag) != DONE ||
		fill_settings(&settings, server, &set, wish, fault, diag) != DONE)
		return REFUSED;
	return site_new(out, server, &plan, diag);
}

int
site_life_check_room(const struct server *server, const char *name, struct diag *diag)
{
	if (server->sites.count < server->sites_max)
		return DONE;
	diag_refuse(diag, name, NULL, "fewer sites, or a server started with a larger --max-sites",
		"there are %zu sites already", server->sites.count);
	return SITE_LIFE_FULL;
}

int
site_life_add(struct site *site, struct diag *diag)
{
	struct server *server = site->server;
	int result;

	site_life_sweep(server);
	if (site_table_find(&server->sites, bytes_text(site->name))) {
		diag_refuse(diag, site->name, NULL, "another name", "there is a site of this name");
		return SITE_LIFE_TAKEN;
	}
	result = site_life_check_room(server, site->name, diag);
	if (result == DONE)
		site_table_add(&server->sites, site);
	return result;
}

/* --- going -------------------------------------------------------------------------- */

static int
check_removal(const struct site *site, struct diag *diag)
{
	const struct server *server = site->server;

	if (site == server->sites.sites[0])
		return diag_refuse(diag, site->name, NULL, "another site, or a reset of this one",
			"the default site stays");
	for (size_t i = 0; i < server->listener_count; i++)
		if (server->services[i].context == site)
			return diag_refuse(diag, site->name, NULL,
				"a site that is reached by its URL alone",
				"a listener leads to it");
	return DONE;
}

int
site_life_remove(struct site *site, struct diag *diag)
{
	int result = check_removal(site, diag);

	if (result != DONE)
		return result;
	site_table_remove(&site->server->sites, site);
	if (site->origin == SITE_CONFIGURED) {
		site_start_keep_pki(site->start, site);
		site_table_remember(&site->server->sites, site->start);
		site->start = NULL;
	}
	result = site_retire(site, diag);
	journal_clear(site->server->journal, site->name);
	site_release(site);
	return result;
}

void
site_life_sweep(struct server *server)
{
	int64_t now_ms = clock_now_ms(&server->clock);
	struct diag diag = {0};

	for (size_t i = server->sites.count; i-- > 1;) {
		struct site *site = server->sites.sites[i];

		if (site->expires_ms && site->expires_ms <= now_ms &&
			site_life_remove(site, &diag) == BROKEN)
			operator_log_diag(&diag);
	}
}

int
site_life_find(struct site **out, struct server *server, const char *name, struct diag *diag)
{
	site_life_sweep(server);
	*out = site_table_find(&server->sites, bytes_text(name));
	return *out ? DONE : site_name_refuse_unknown(&server->sites, name, diag);
}
