#include "server/control_fault.h"

#include <string.h>

#include "server/site_profiles.h"
#include "server/site_rules.h"

const struct control_field control_fault_members[] = {
	{"id", CONTROL_TEXT, .help = "of the rule, or the profile's name"},
	{"kind", CONTROL_TEXT, .help = "rule or profile"},
	{"source", CONTROL_TEXT,
		.help = "of a rule: api, or the profile or file that it came from"},
	{"rule", CONTROL_RULE, .help = "of a rule: as it was given"},
	{"matches", CONTROL_NUMBER, .help = "how many exchanges fitted since it was armed"},
	{"strikes", CONTROL_NUMBER, .help = "how many of them it struck"},
	{"remaining", CONTROL_NUMBER, .help = "how often it can still strike; null: no bound"},
	{"armed_at", CONTROL_TIME, .help = "since when it counts, by the site's clock"},
	{"expires_at", CONTROL_TIME, .help = "when it heals by itself; null: never"},
	{"spent", CONTROL_BOOLEAN, .help = "whether it can never strike again"},
	{0},
};

static json_t *
profile_json(const char *name)
{
	return json_pack("{s:s, s:s}", "id", name, "kind", "profile");
}

static json_t *
with_kind(json_t *rule)
{
	if (rule)
		json_object_set_new(rule, "kind", json_string("rule"));
	return rule;
}

json_t *
control_fault_list(struct site *site)
{
	json_t *faults = json_array(), *profiles = site_profiles_list(site),
	       *rules = site_rules_list(site), *item;
	size_t i;

	json_array_foreach(profiles, i, item)
		json_array_append_new(faults, profile_json(json_string_value(item)));
	json_array_foreach(rules, i, item) json_array_append(faults, with_kind(item));
	json_decref(profiles);
	json_decref(rules);
	return faults;
}

json_t *
control_fault_find(struct site *site, const char *id)
{
	json_t *fault = with_kind(site_rules_describe(site, id)), *profiles, *name;
	size_t i;

	if (fault)
		return fault;
	profiles = site_profiles_list(site);
	json_array_foreach(profiles, i, name) if (strcmp(json_string_value(name), id) == 0) fault =
		profile_json(id);
	json_decref(profiles);
	return fault;
}
