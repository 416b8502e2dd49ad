#include "server/site_profiles.h"

#include <string.h>

#include "common/suggestion.h"
#include "server/profile_set.h"
#include "server/server.h"
#include "server/site_force.h"
#include "server/site_rules.h"

_Static_assert(SITE_PROFILES_TAKEN == RULE_SET_TAKEN, "one outcome under two names");
_Static_assert(SITE_PROFILES_CONFLICT == PROFILE_SET_CONFLICT, "one outcome under two names");

/* --- coming ------------------------------------------------------------------------------- */

/* Puts the settings and rules of the profile in force that came last. The site is locked. */
static int
force_last(struct site *site, struct diag *diag)
{
	struct rule_source sources[PROFILE_SET_MAX];
	SETTINGS_CLEANUP struct settings configured = {0};
	size_t last = profile_set_sources(sources, site->profiles) - 1;
	const json_t *settings = site->profiles->profiles[last].settings;
	const char *fault;

	settings_copy(&configured, &site->configured);
	if (settings && settings_set_json(&configured, settings, &fault, diag) != DONE)
		return REFUSED;
	return site_force_configured(site, &configured,
		&(struct rule_change){.sources = &sources[last], .source_count = 1}, diag);
}

static int
add(struct site *site, const char *name, struct diag *diag)
{
	int result = profile_set_add(site->profiles, site->server->profile_directory, name, diag);

	if (result != DONE)
		return result;
	result = force_last(site, diag);
	if (result != DONE)
		profile_set_remove(site->profiles, name);
	return result;
}

int
site_profiles_add(struct site *site, const char *name, struct diag *diag)
{
	int result;

	if (profile_set_find(site->profiles, name)) {
		diag_refuse(diag, name, NULL, "another one", "the site has this profile already");
		return SITE_PROFILES_TAKEN;
	}
	pthread_mutex_lock(&site->lock);
	result = add(site, name, diag);
	pthread_mutex_unlock(&site->lock);
	return result;
}

/* --- going -------------------------------------------------------------------------------- */

/* Whether a profile other than `gone` sets it; NULL: all are gone. */
static bool
is_set_by_another(const struct site *site, const struct profile *gone, const char *setting)
{
	for (size_t i = 0; gone && i < site->profiles->count; i++) {
		const struct profile *profile = &site->profiles->profiles[i];

		if (profile != gone && json_object_get(profile->settings, setting))
			return true;
	}
	return false;
}

/* Puts back what a profile has set. */
static void
heal(struct settings *configured, const struct site *site, const struct profile *profile,
	const struct profile *gone)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)profile->settings, name, value)
		if (!is_set_by_another(site, gone, name))
			settings_take_named(configured, &site->without, name);
}

static bool
is_of_another(const void *context, const struct rule_record *record)
{
	return strcmp(rule_record_source(record), context) != 0;
}

static int
refuse_absent(const struct site *site, const char *name, struct diag *diag)
{
	struct suggestion suggestion = suggestion_start(name);
	BUFFER_CLEANUP struct buffer known = {0};

	for (size_t i = 0; i < site->profiles->count; i++) {
		suggestion_offer(&suggestion, site->profiles->profiles[i].name);
		buffer_append_format(
			&known, "%s%s", i ? ", " : "one of ", site->profiles->profiles[i].name);
	}
	return suggestion_refuse(&suggestion, name, "the site does not have this profile", "",
		known.size ? buffer_text(&known) : "another site: this one has none", diag);
}

int
site_profiles_remove(struct site *site, const char *name, struct diag *diag)
{
	const struct profile *profile = profile_set_find(site->profiles, name);
	SETTINGS_CLEANUP struct settings configured = {0};
	int result;

	if (!profile)
		return refuse_absent(site, name, diag);
	pthread_mutex_lock(&site->lock);
	settings_copy(&configured, &site->configured);
	heal(&configured, site, profile, profile);
	result = site_force_configured(site, &configured,
		&(struct rule_change){.stays = is_of_another, .context = name}, diag);
	if (result == DONE)
		profile_set_remove(site->profiles, name);
	pthread_mutex_unlock(&site->lock);
	return result;
}

static bool
none_stays(const void *context, const struct rule_record *record)
{
	return false;
}

int
site_profiles_disarm(struct site *site, struct diag *diag)
{
	SETTINGS_CLEANUP struct settings configured = {0};
	int result;

	pthread_mutex_lock(&site->lock);
	settings_copy(&configured, &site->configured);
	for (size_t i = 0; i < site->profiles->count; i++)
		heal(&configured, site, &site->profiles->profiles[i], NULL);
	result = site_force_configured(
		site, &configured, &(struct rule_change){.stays = none_stays}, diag);
	if (result == DONE)
		profile_set_done(site->profiles);
	pthread_mutex_unlock(&site->lock);
	return result;
}

/* --- all at once -------------------------------------------------------------------------- */

static int
read_names(struct profile_set *out, const struct site *site, const json_t *names, struct diag *diag)
{
	int result = DONE;
	json_t *name;
	size_t i;

	json_array_foreach((json_t *)names, i, name)
	{
		if (result == DONE)
			result = profile_set_add(out, site->server->profile_directory,
				json_string_value(name), diag);
	}
	return result;
}

struct replacement {
	const struct profile_set *profiles;
	const json_t *rules;
};

static bool
stays_beside(const void *context, const struct rule_record *record)
{
	const struct replacement *replacement = context;

	return profile_set_find(replacement->profiles, rule_record_source(record)) ||
		site_rules_find_same(replacement->rules, record);
}

/* Puts profiles and rules in the place of those that are there. The site is locked. */
static int
replace(struct site *site, const struct profile_set *set, const json_t *rules, struct diag *diag)
{
	json_t *coming = site_rules_coming(site, rules);
	const struct replacement replacement = {set, rules};
	struct rule_source sources[PROFILE_SET_MAX + 1], all[PROFILE_SET_MAX];
	struct rule_change change = {
		.stays = stays_beside, .context = &replacement, .sources = sources};
	SETTINGS_CLEANUP struct settings configured = {0};
	size_t count = profile_set_sources(all, set);
	int result;

	for (size_t i = 0; i < count; i++)
		if (!profile_set_find(site->profiles, all[i].name))
			sources[change.source_count++] = all[i];
	sources[change.source_count++] =
		(struct rule_source){.rules = coming, .name = SITE_RULES_OWN, .root = rules};
	settings_copy(&configured, &site->configured);
	for (size_t i = 0; i < site->profiles->count; i++)
		heal(&configured, site, &site->profiles->profiles[i], NULL);
	result = profile_set_apply(set, &configured, diag);
	if (result == DONE)
		result = site_force_configured(site, &configured, &change, diag);
	json_decref(coming);
	return result;
}

int
site_profiles_replace(
	struct site *site, const json_t *profiles, const json_t *rules, struct diag *diag)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	int result = read_names(&set, site, profiles, diag);

	if (result != DONE)
		return result;
	pthread_mutex_lock(&site->lock);
	result = replace(site, &set, rules, diag);
	pthread_mutex_unlock(&site->lock);
	if (result == DONE) {
		struct profile_set before = *site->profiles;

		*site->profiles = set;
		set = before;
	}
	return result;
}

json_t *
site_profiles_list(struct site *site)
{
	json_t *list = json_array();

	for (size_t i = 0; i < site->profiles->count; i++)
		json_array_append_new(list, json_string(site->profiles->profiles[i].name));
	return list;
}
