#include "server/rule_set.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/exchange.h"
#include "server/rule_reader.h"
#include "server/yaml_tree.h"

struct rule_set {
	_Atomic unsigned holders;
	uint64_t seed;
	bool in_message; /* one of the rules asks for the message */
	struct rule rules[RULE_SET_MAX];
	size_t count;
	pthread_mutex_t lock; /* held while an exchange is decided; of what follows */
	pthread_cond_t turned;
	uint64_t queued; /* turns that were given */
	uint64_t turn;   /* whose it is */
};

/* --- making ------------------------------------------------------------------------ */

/* "status-1", or the next number that is free. */
static void
generate_id(struct rule_set *set, struct rule *rule)
{
	for (unsigned number = 1; !rule->id; number++) {
		char *id = text_format("%s-%u", rule->actions[0].row->name, number);

		for (size_t i = 0; id && i < set->count; i++) {
			if (strcmp(set->rules[i].id, id) != 0)
				continue;
			free(id);
			id = NULL;
		}
		rule->id = id;
	}
}

/* Puts the place of a rule, or of its key, into the words of its refusal. */
static int
refused_at(const struct rule_source *source, size_t index, const char *key, struct diag *diag)
{
	const json_t *parent = key ? json_array_get(source->rules, index) : source->rules;
	char place[YAML_PLACE_SIZE];

	if (source->tree)
		diag_locate(
			diag, yaml_tree_place(place, source->tree, parent, key, key ? 0 : index));
	return REFUSED;
}

static void
refuse_twice(struct diag *diag, const char *id, const char *first, const char *second)
{
	if (strcmp(first, second) == 0)
		diag_refuse(diag, id, NULL, "another id", "there is a rule of this id already");
	else
		diag_refuse(diag, id, NULL, "another id", "%s and %s both have a rule of this id",
			first, second);
}

static int
check_id(const struct rule_set *set, const struct rule *rule, const struct rule_source *source,
	size_t index, struct diag *diag)
{
	for (size_t i = 0; rule->id && i < set->count; i++) {
		if (strcmp(set->rules[i].id, rule->id) != 0)
			continue;
		refuse_twice(
			diag, rule->id, rule_record_source(set->rules[i].record), source->name);
		refused_at(source, index, "id", diag);
		return set->rules[i].is_new ? REFUSED : RULE_SET_TAKEN;
	}
	return DONE;
}

/* Behind those of the same priority. */
static void
insert(struct rule_set *set, const struct rule *rule)
{
	size_t at = set->count++;

	while (at > 0 && set->rules[at - 1].priority < rule->priority) {
		set->rules[at] = set->rules[at - 1];
		at--;
	}
	set->rules[at] = *rule;
	set->in_message |= rule->match.in_message;
}

/* `record`: that of a rule that stays; NULL for a new one. */
static int
add(struct rule_set *set, const struct rule_set_plan *plan, const struct rule_source *source,
	size_t index, struct rule_record *record, struct diag *diag)
{
	const struct rule_surroundings surroundings = {
		plan->base, plan->pki, plan->base_url, plan->now_ms};
	struct rule rule;
	int result;

	if (set->count == RULE_SET_MAX) {
		diag_refuse(diag, source->name, NULL, "fewer of them", "more than %d rules",
			RULE_SET_MAX);
		return refused_at(source, index, NULL, diag);
	}
	result = rule_read(&rule, source, index, &surroundings, diag);
	if (result == DONE && !record)
		result = check_id(set, &rule, source, index, diag);
	if (result != DONE) {
		rule_done(&rule);
		return result;
	}
	if (record && !rule.id)
		rule.id = text_copy(rule_record_id(record));
	generate_id(set, &rule);
	rule.record = record ? rule_record_hold(record)
			     : rule_record_new(rule.id, source->name,
				       json_array_get(source->rules, index), plan->now_ms);
	rule.is_new = !record;
	insert(set, &rule);
	return DONE;
}

/* Their words are read again, since what is minted for them depends on the site's condition. */
static int
add_those_that_stay(struct rule_set *set, const struct rule_set_plan *plan, struct diag *diag)
{
	int result = DONE;

	for (size_t i = 0; plan->before && result == DONE && i < plan->before->count; i++) {
		struct rule_record *record = plan->before->rules[i].record;
		json_t *list = json_pack("[O]", rule_record_given(record));
		const struct rule_source source = {
			.rules = list, .name = rule_record_source(record)};

		if (!plan->stays || plan->stays(plan->context, record))
			result = add(set, plan, &source, 0, record, diag);
		json_decref(list);
	}
	return result;
}

static int
add_new(struct rule_set *set, const struct rule_set_plan *plan, struct diag *diag)
{
	int result = DONE;

	for (size_t i = 0; result == DONE && i < plan->source_count; i++)
		for (size_t j = 0; result == DONE && j < json_array_size(plan->sources[i].rules);
			j++)
			result = add(set, plan, &plan->sources[i], j, NULL, diag);
	return result;
}

int
rule_set_new(struct rule_set **out, const struct rule_set_plan *plan, struct diag *diag)
{
	struct rule_set *set = memory_new(1, sizeof(*set));
	int result;

	atomic_init(&set->holders, 1);
	set->seed = plan->seed;
	pthread_mutex_init(&set->lock, NULL);
	pthread_cond_init(&set->turned, NULL);
	result = add_those_that_stay(set, plan, diag);
	if (result == DONE)
		result = add_new(set, plan, diag);
	if (result == DONE)
		*out = set;
	else
		rule_set_release(set);
	return result;
}

struct rule_record *
rule_set_record_at(const struct rule_set *rules, size_t index)
{
	return rules && index < rules->count ? rules->rules[index].record : NULL;
}

const struct rule_when *
rule_set_when_at(const struct rule_set *rules, size_t index)
{
	return &rules->rules[index].when;
}

struct rule_record *
rule_set_find(const struct rule_set *rules, const char *id)
{
	for (size_t i = 0; rules && i < rules->count; i++)
		if (strcmp(rules->rules[i].id, id) == 0)
			return rules->rules[i].record;
	return NULL;
}

int
rule_set_check(const struct rule_source *source, struct diag *diag)
{
	const struct rule_set_plan plan = {.sources = source, .source_count = 1};
	struct rule_set *set = NULL;
	int result = rule_set_new(&set, &plan, diag);

	rule_set_release(set);
	return result;
}

struct rule_set *
rule_set_hold(struct rule_set *rules)
{
	if (rules)
		atomic_fetch_add(&rules->holders, 1);
	return rules;
}

void
rule_set_release(struct rule_set *rules)
{
	if (!rules || atomic_fetch_sub(&rules->holders, 1) > 1)
		return;
	for (size_t i = 0; i < rules->count; i++)
		rule_done(&rules->rules[i]);
	pthread_cond_destroy(&rules->turned);
	pthread_mutex_destroy(&rules->lock);
	free(rules);
}

/* --- deciding ----------------------------------------------------------------------- */

/* Whether one that goes before this rule has struck, and is the last. */
static bool
is_passed_over(const struct exchange *exchange, const struct rule *rule)
{
	const struct rule_decision *decision = &exchange->decision;

	for (unsigned i = 0; i < decision->count; i++)
		if (!decision->strikes[i].rule->goes_on && decision->strikes[i].rule < rule)
			return true;
	return decision->count == RULE_STRIKES_MAX;
}

/* The rules of one kind, in their order. The set is locked. */
static void
decide(struct rule_set *set, struct exchange *exchange, bool by_message)
{
	struct rule_decision *decision = &exchange->decision;

	for (size_t i = 0; i < set->count; i++) {
		struct rule *rule = &set->rules[i];
		struct rule_strike strike = {.rule = rule, .by_message = by_message};

		if (rule->match.in_message != by_message || is_passed_over(exchange, rule) ||
			!rule_fits(rule, exchange))
			continue;
		if (rule_record_strikes(&strike.nth, rule->record, &rule->when, set->seed,
			    exchange->arrived_ms))
			decision->strikes[decision->count++] = strike;
	}
}

void
rule_set_decide_head(struct rule_set *rules, struct exchange *exchange)
{
	pthread_mutex_lock(&rules->lock);
	decide(rules, exchange, false);
	pthread_mutex_unlock(&rules->lock);
}

void
rule_set_queue(struct rule_set *rules, struct exchange *exchange)
{
	if (!rules->in_message)
		return;
	pthread_mutex_lock(&rules->lock);
	exchange->decision.has_ticket = true;
	exchange->decision.ticket = rules->queued++;
	pthread_mutex_unlock(&rules->lock);
}

/*
 * Waits for the exchange's turn; the set is locked behind it.
 *
 * This ends: the workers begin exchanges in the order of their tickets, so whoever waits waits for
 * exchanges that run or have run; each of those ends its turn behind mscep.dll, or in rule_set_pass at
 * the latest; and the one with the lowest ticket waits for nobody.
 */
static void
wait_for_turn(struct rule_set *rules, const struct exchange *exchange)
{
	pthread_mutex_lock(&rules->lock);
	while (rules->turn != exchange->decision.ticket)
		pthread_cond_wait(&rules->turned, &rules->lock);
}

static void
end_turn(struct rule_set *rules, struct exchange *exchange)
{
	exchange->decision.has_ticket = false;
	rules->turn++;
	pthread_cond_broadcast(&rules->turned);
	pthread_mutex_unlock(&rules->lock);
}

void
rule_set_decide_message(struct rule_set *rules, struct exchange *exchange)
{
	if (!exchange->decision.has_ticket)
		return;
	wait_for_turn(rules, exchange);
	decide(rules, exchange, true);
	end_turn(rules, exchange);
}

void
rule_set_pass(struct rule_set *rules, struct exchange *exchange)
{
	if (!exchange->decision.has_ticket)
		return;
	wait_for_turn(rules, exchange);
	end_turn(rules, exchange);
}
