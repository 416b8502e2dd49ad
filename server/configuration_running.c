#include "server/configuration_running.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/profile_set.h"
#include "server/settings_json.h"
#include "server/site_life.h"
#include "server/site_profiles.h"
#include "server/site_rules.h"

/* "NAME+NAME" of a site's profiles; NULL: none. */
static char *
join_profiles(struct site *site)
{
	json_t *names = site_profiles_list(site), *name;
	BUFFER_CLEANUP struct buffer joined = {0};
	size_t i;

	json_array_foreach(names, i, name)
		buffer_append_format(&joined, "%s%s", i ? "+" : "", json_string_value(name));
	json_decref(names);
	return joined.size ? text_copy(buffer_text(&joined)) : NULL;
}

/* The rules that are of no profile, as they were given, each with the id that it has; NULL: none. */
static json_t *
own_rules(struct site *site)
{
	json_t *all = site_rules_list(site), *own = json_array(), *item;
	size_t i;

	json_array_foreach(all, i, item)
	{
		json_t *rule = json_copy(json_object_get(item, "rule"));

		json_object_set(rule, "id", json_object_get(item, "id"));
		if (strcmp(json_string_value(json_object_get(item, "source")), SITE_RULES_OWN) == 0)
			json_array_append(own, rule);
		json_decref(rule);
	}
	json_decref(all);
	if (json_array_size(own))
		return own;
	json_decref(own);
	return NULL;
}

static void
fill_default(struct configuration *out, struct site *site)
{
	free(out->fault);
	out->fault = join_profiles(site);
	json_decref(out->rules);
	out->rules = own_rules(site);
	out->site_clock = clock_save(&site->clock);
	settings_done(&out->settings);
	settings_copy(&out->settings, &site->configured);
}

/* Settings in which a site differs from the default one with the profiles on top. */
static int
fill_own(struct configuration_site *out, const struct configuration *configuration,
	const struct site *site, struct diag *diag)
{
	SETTINGS_CLEANUP struct settings base = {0};

	settings_copy(&base, &configuration->settings);
	if (profile_set_apply(site->profiles, &base, diag) != DONE)
		return REFUSED;
	out->own = settings_json(&site->configured, &base);
	settings_copy(&out->settings, &site->configured);
	return DONE;
}

static int
add_site(struct configuration *out, struct site *site, struct diag *diag)
{
	struct configuration_site *entry = configuration_add_site(out, site->name);

	entry->fault = join_profiles(site);
	entry->rules = own_rules(site);
	entry->own_ca = site->own_pki != NULL;
	entry->clock = clock_save(&site->clock);
	if (site->expires_ms)
		entry->time_to_live_ms = site->expires_ms - clock_now_ms(&site->server->clock);
	return fill_own(entry, out, site, diag);
}

int
configuration_running(struct configuration *out, struct server *server, struct diag *diag)
{
	int result = DONE;

	site_life_sweep(server);
	configuration_copy_without_sites(out, server->configuration);
	out->seed = server->random.seed;
	out->has_seed = true;
	out->clock = clock_save(&server->clock);
	fill_default(out, server->sites.sites[0]);
	for (size_t i = 1; result == DONE && i < server->sites.count; i++) {
		struct site *site = server->sites.sites[i];

		if (site->origin == SITE_CONFIGURED || site->origin == SITE_CREATED)
			result = add_site(out, site, diag);
	}
	return result;
}
