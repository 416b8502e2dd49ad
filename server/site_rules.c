#include "server/site_rules.h"

#include <string.h>

#include "common/memory.h"
#include "common/suggestion.h"
#include "server/server.h"
#include "server/site_force.h"

_Static_assert(SITE_RULES_TAKEN == RULE_SET_TAKEN, "one outcome under two names");

/* Changes the rules alone. */
static int
change_rules(struct site *site, const struct rule_change *change, struct diag *diag)
{
	int result;

	pthread_mutex_lock(&site->lock);
	result = site_force_rules(site, change, diag);
	pthread_mutex_unlock(&site->lock);
	return result;
}

/* --- adding ------------------------------------------------------------------------------ */

static bool
is_in(const struct rule_set *rules, const struct rule_record *record)
{
	for (size_t i = 0; rule_set_record_at(rules, i); i++)
		if (rule_set_record_at(rules, i) == record)
			return true;
	return false;
}

/* The id of the rule that is in one set and not in the one before. */
static char *
new_id(const struct rule_set *before, const struct rule_set *now)
{
	size_t i = 0;

	while (is_in(before, rule_set_record_at(now, i)))
		i++;
	return text_copy(rule_record_id(rule_set_record_at(now, i)));
}

int
site_rules_add(struct site *site, const json_t *rule, char **id, struct diag *diag)
{
	json_t *list = json_pack("[O]", rule);
	const struct rule_source source = {.rules = list, .name = SITE_RULES_OWN};
	struct rule_set *before = site_hold_rules(site);
	int result = change_rules(
		site, &(struct rule_change){.sources = &source, .source_count = 1}, diag);

	if (result == DONE)
		*id = new_id(before, site->rules);
	rule_set_release(before);
	json_decref(list);
	return result;
}

static bool
is_own(const struct rule_record *record)
{
	return strcmp(rule_record_source(record), SITE_RULES_OWN) == 0;
}

const json_t *
site_rules_find_same(const json_t *rules, const struct rule_record *record)
{
	const json_t *given = rule_record_given(record), *rule;
	size_t i;

	if (!is_own(record) || !json_object_get(given, "id"))
		return NULL;
	json_array_foreach((json_t *)rules, i, rule) if (json_equal(given, rule)) return rule;
	return NULL;
}

json_t *
site_rules_coming(struct site *site, const json_t *rules)
{
	json_t *left = json_array(), *rule;
	size_t index;

	json_array_foreach((json_t *)rules, index, rule)
	{
		bool there = false;

		for (size_t i = 0; rule_set_record_at(site->rules, i); i++)
			there |= site_rules_find_same(rules, rule_set_record_at(site->rules, i)) ==
				rule;
		if (!there)
			json_array_append(left, rule);
	}
	return left;
}

/* --- removing and arming -------------------------------------------------------------------- */

static int
refuse_unknown(const struct rule_set *rules, const char *id, struct diag *diag)
{
	struct suggestion suggestion = suggestion_start(id);
	BUFFER_CLEANUP struct buffer known = {0};

	for (size_t i = 0; rule_set_record_at(rules, i); i++) {
		const char *other = rule_record_id(rule_set_record_at(rules, i));

		suggestion_offer(&suggestion, other);
		buffer_append_format(&known, "%s%s", i ? ", " : "one of ", other);
	}
	return suggestion_refuse(&suggestion, id, "no such rule", "",
		known.size ? buffer_text(&known) : "another site: this one has none", diag);
}

static bool
is_another(const void *context, const struct rule_record *record)
{
	return strcmp(rule_record_id(record), context) != 0;
}

int
site_rules_remove(struct site *site, const char *id, struct diag *diag)
{
	if (!rule_set_find(site->rules, id))
		return refuse_unknown(site->rules, id, diag);
	return change_rules(site, &(struct rule_change){.stays = is_another, .context = id}, diag);
}

int
site_rules_put(struct site *site, const json_t *rule, struct diag *diag)
{
	json_t *list = json_pack("[O]", rule);
	const struct rule_source source = {.rules = list, .name = SITE_RULES_OWN};
	int result = change_rules(site,
		&(struct rule_change){.stays = is_another,
			.context = json_string_value(json_object_get(rule, "id")),
			.sources = &source,
			.source_count = 1},
		diag);

	json_decref(list);
	return result;
}

int
site_rules_rearm(struct site *site, const char *id, struct diag *diag)
{
	int64_t now_ms = clock_now_ms(&site->clock);
	struct rule_record *record;

	if (id && !rule_set_find(site->rules, id))
		return refuse_unknown(site->rules, id, diag);
	for (size_t i = 0; (record = rule_set_record_at(site->rules, i)); i++)
		if (!id || strcmp(rule_record_id(record), id) == 0)
			rule_record_rearm(record, now_ms);
	return DONE;
}

/* --- telling --------------------------------------------------------------------------------- */

static json_t *
time_or_null(bool there, int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	return there ? json_string(clock_text(text, ms)) : json_null();
}

static json_t *
describe(const struct site *site, size_t index)
{
	struct rule_record *record = rule_set_record_at(site->rules, index);
	const int64_t *when = rule_set_when_at(site->rules, index)->members;
	const struct rule_count count = rule_record_count(record);
	bool counted = rule_when_is_bounded(when, WHEN_TIMES);
	bool timed = rule_when_is_bounded(when, WHEN_FOR);
	int64_t remaining = when[WHEN_TIMES] - (int64_t)count.strikes;
	bool over = timed && clock_now_ms(&site->clock) - count.armed_ms > when[WHEN_FOR];

	return json_pack("{s:s, s:s, s:O, s:I, s:I, s:o, s:o, s:o, s:b}", "id",
		rule_record_id(record), "source", rule_record_source(record), "rule",
		rule_record_given(record), "matches", (json_int_t)count.matches, "strikes",
		(json_int_t)count.strikes, "remaining",
		counted ? json_integer(remaining) : json_null(), "armed_at",
		time_or_null(true, count.armed_ms), "expires_at",
		time_or_null(timed, count.armed_ms + when[WHEN_FOR]), "spent",
		over || (counted && remaining == 0));
}

json_t *
site_rules_list(struct site *site)
{
	json_t *list = json_array();

	for (size_t i = 0; rule_set_record_at(site->rules, i); i++)
		json_array_append_new(list, describe(site, i));
	return list;
}

json_t *
site_rules_describe(struct site *site, const char *id)
{
	for (size_t i = 0; rule_set_record_at(site->rules, i); i++)
		if (strcmp(rule_record_id(rule_set_record_at(site->rules, i)), id) == 0)
			return describe(site, i);
	return NULL;
}
