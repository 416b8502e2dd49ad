#include "server/profile_set.h"

#include <string.h>

#include "common/memory.h"
#include "server/profile_catalogue.h"

static const char separators[] = "+, ";

static int
refuse_pair(const struct profile *one, const struct profile *other, const char *setting,
	struct diag *diag)
{
	TEXT_CLEANUP char *object = text_format("%s+%s", one->name, other->name);

	diag_refuse(diag, object, NULL, "profiles that can both be so",
		"%s and %s set %s differently", one->name, other->name, setting);
	return PROFILE_SET_CONFLICT;
}

static bool
has_rule(const struct profile *profile, const char *id)
{
	const json_t *rule;
	size_t i;

	json_array_foreach((json_t *)profile->rules, i, rule)
	{
		const char *theirs = json_string_value(json_object_get(rule, "id"));

		if (theirs && strcmp(theirs, id) == 0)
			return true;
	}
	return false;
}

/* Counters, draws and the journal know a rule by its id alone. */
static int
check_rules(const struct profile *one, const struct profile *other, struct diag *diag)
{
	const json_t *rule;
	size_t i;

	json_array_foreach((json_t *)other->rules, i, rule)
	{
		const char *id = json_string_value(json_object_get(rule, "id"));
		TEXT_CLEANUP char *object = text_format("%s+%s", one->name, other->name);

		if (!id || !has_rule(one, id))
			continue;
		diag_refuse(diag, object, NULL, "profiles whose rules have ids of their own",
			"%s and %s both have a rule with the id %s", one->name, other->name, id);
		return PROFILE_SET_CONFLICT;
	}
	return DONE;
}

/* Refuses a profile that does not go together with those before it. */
static int
check_conflicts(const struct profile_set *set, const struct profile *profile, struct diag *diag)
{
	const char *name;
	json_t *value;

	for (size_t i = 0; i < set->count; i++) {
		const struct profile *other = &set->profiles[i];

		if (strcmp(other->name, profile->name) == 0)
			return diag_refuse(
				diag, profile->name, NULL, "each profile once", "it stands twice");
		json_object_foreach((json_t *)profile->settings, name, value) {
			const json_t *theirs = json_object_get(other->settings, name);

			if (theirs && !json_equal(theirs, value))
				return refuse_pair(other, profile, name, diag);
		}
		if (check_rules(other, profile, diag) != DONE)
			return PROFILE_SET_CONFLICT;
	}
	return DONE;
}

int
profile_set_add(struct profile_set *set, const char *directory, const char *name, struct diag *diag)
{
	struct profile *profile = &set->profiles[set->count];
	int result;

	if (set->count == PROFILE_SET_MAX)
		return diag_refuse(diag, "fault profiles", NULL, "fewer of them",
			"more than %d at once", PROFILE_SET_MAX);
	result = profile_catalogue_read(profile, directory, name, diag);
	if (result == DONE)
		result = check_conflicts(set, profile, diag);
	if (result == DONE)
		set->count++;
	else
		profile_done(profile);
	return result;
}

int
profile_set_read(
	struct profile_set *out, const char *directory, const char *names, struct diag *diag)
{
	*out = (struct profile_set){0};
	for (names += strspn(names, separators); *names; names += strspn(names, separators)) {
		size_t size = strcspn(names, separators);
		TEXT_CLEANUP char *name = text_copy_size(names, size);

		if (profile_set_add(out, directory, name, diag) != DONE)
			return REFUSED;
		names += size;
	}
	if (out->count)
		return DONE;
	return diag_refuse(
		diag, "fault profiles", NULL, "one that \"mock-ndes faults\" lists", "none");
}

int
profile_set_apply(const struct profile_set *set, struct settings *settings, struct diag *diag)
{
	const char *fault;

	for (size_t i = 0; i < set->count; i++)
		if (set->profiles[i].settings &&
			settings_set_json(settings, set->profiles[i].settings, &fault, diag) !=
				DONE)
			return REFUSED;
	return DONE;
}

/* Returns where the profile of this name is, or the number of profiles. */
static size_t
position_of(const struct profile_set *set, const char *name)
{
	size_t i = 0;

	while (i < set->count && strcmp(set->profiles[i].name, name) != 0)
		i++;
	return i;
}

const struct profile *
profile_set_find(const struct profile_set *set, const char *name)
{
	size_t at = position_of(set, name);

	return at < set->count ? &set->profiles[at] : NULL;
}

void
profile_set_remove(struct profile_set *set, const char *name)
{
	size_t at = position_of(set, name);

	if (at == set->count)
		return;
	profile_done(&set->profiles[at]);
	set->count--;
	memmove(&set->profiles[at], &set->profiles[at + 1],
		(set->count - at) * sizeof(set->profiles[0]));
	set->profiles[set->count] = (struct profile){0};
}

size_t
profile_set_sources(struct rule_source out[PROFILE_SET_MAX], const struct profile_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		out[i] = (struct rule_source){
			.rules = set->profiles[i].rules,
			.tree = &set->profiles[i].tree,
			.name = set->profiles[i].name,
		};
	return set->count;
}

void
profile_set_done(struct profile_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		profile_done(&set->profiles[i]);
	*set = (struct profile_set){0};
}
