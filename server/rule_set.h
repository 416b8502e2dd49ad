/*
 * The rules of a site: which exchanges they strike, how often, and what they do.
 *
 * A rule is decided once for an exchange: at its arrival when it asks for what
 * stands in the request line and the headers; behind mscep.dll when it asks for
 * what stands in the message. Arrivals are counted on the I/O thread, messages in
 * the order in which they were handed to the workers, and each draw is a function
 * of the seed, the rule's id and its nth match: so the same requests in the same
 * order meet the same faults, whatever the threads do.
 *
 *   - id: two-503-then-ok           generated ("status-1") when missing
 *     match: {operation: PKIOperation, method: GET, message_type: PKCSReq,
 *             subject: "*CN=dev-*", user_agent: "profiled*", transaction: ..., path: ...,
 *             cipher: ..., digest: ...}          all must fit; texts are globs
 *     when: {times: 2, after: 0, every: 1, probability: 1.0, max_consecutive: 3, for: 10m}
 *     do: {status: 503, from: http_sys}          an action with its arguments, or a list of them
 *     priority: 10                  higher first, ties in the order of the file
 *     continue: true                else the first that strikes is the last
 *     note: "for the reader"
 */
#pragma once

#include <jansson.h>

#include "server/condition.h"
#include "server/rule_record.h"

#define RULE_SET_MAX     64
#define RULE_STRIKES_MAX 8 /* at one exchange */

struct exchange;
struct rule;
struct rule_set;
struct yaml_tree;

/* A rule that strikes an exchange. */
struct rule_strike {
	const struct rule *rule; /* borrowed from the set, which the exchange holds */
	struct rule_nth nth;
	bool by_message; /* decided behind mscep.dll */
};

/* What the rules have decided for an exchange. All zero is nothing. */
struct rule_decision {
	struct rule_strike strikes[RULE_STRIKES_MAX];
	unsigned count;
	bool has_ticket; /* its message is to be decided in turn */
	uint64_t ticket;
};

/* Where rules stand: a list of JSON objects, and the text that it was read from. */
struct rule_source {
	const json_t *rules;          /* NULL: none */
	const struct yaml_tree *tree; /* for line and column; NULL: `name` alone */
	const char *name;             /* of the profile or file */
	/* Without a tree: the list within which a JSON pointer tells the place; NULL: `rules`. */
	const json_t *root;
};

/* What a set is made of. */
struct rule_set_plan {
	/* An earlier set; its rules go first among those of the same priority. NULL: none. */
	const struct rule_set *before;
	/* Says which of its rules stay, with their counters; NULL: all. */
	bool (*stays)(const void *context, const struct rule_record *record);
	const void *context;
	const struct rule_source *sources; /* of new rules, whose counters are at zero */
	size_t source_count;
	uint64_t seed;          /* of draws */
	struct condition *base; /* of the site, which a rule's `settings` come on top of */
	/* For what has to be minted then, and for when they are armed. */
	const struct pki *pki;
	const char *base_url;
	int64_t now_ms;
};

/* Of rule_set_new: a new rule has the id of one that stays. */
#define RULE_SET_TAKEN 2

/*
 * Makes a set of rules, held once. Nothing changes in the earlier one. DONE; REFUSED with
 * file:line:column, also when two sources hold a rule of the same id; RULE_SET_TAKEN with both names; or
 * BROKEN.
 */
int rule_set_new(struct rule_set **out, const struct rule_set_plan *plan, struct diag *diag);

/* Returns the rules in their order: records borrowed from the set; NULL behind the last. */
struct rule_record *rule_set_record_at(const struct rule_set *rules, size_t index);

/* Returns the members of `when` of the rule at an index. */
const struct rule_when *rule_set_when_at(const struct rule_set *rules, size_t index);

/* Returns the record of a rule by its id, borrowed from the set, or NULL; a NULL set has none. */
struct rule_record *rule_set_find(const struct rule_set *rules, const char *id);

/* Checks the rules of a source by themselves and makes nothing of them. DONE, or REFUSED with
 * file:line:column. */
int rule_set_check(const struct rule_source *source, struct diag *diag);

/* Holds them once more and returns them; lets them go (NULL allowed). From any thread. */
struct rule_set *rule_set_hold(struct rule_set *rules);
void rule_set_release(struct rule_set *rules);

/*
 * Decides the rules that ask for the request line and the headers alone; adds those that strike to the
 * exchange's decision. I/O thread, once for an exchange.
 */
void rule_set_decide_head(struct rule_set *rules, struct exchange *exchange);

/* Gives the exchange its turn, where a rule asks for messages. I/O thread, in the order in which the
 * workers begin. */
void rule_set_queue(struct rule_set *rules, struct exchange *exchange);

/*
 * Decides the rules that ask for the message, when it is the exchange's turn; ends the turn. What has no
 * turn, or has had it, is left alone.
 */
void rule_set_decide_message(struct rule_set *rules, struct exchange *exchange);

/* Ends the turn of an exchange that never came to its message. */
void rule_set_pass(struct rule_set *rules, struct exchange *exchange);
