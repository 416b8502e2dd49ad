/*
 * The rules of a site, while it runs: those that somebody gave to it, and those of its
 * fault profiles beside them.
 *
 * The next exchange sees a change; one in flight goes on under the rules with which it
 * began. The counters of rules that stay go on. All of this is done on the I/O thread, and
 * nothing is half done: what is not DONE has changed nothing.
 */
#pragma once

#include <jansson.h>

#include "common/diag.h"

struct rule_record;
struct site;

#define SITE_RULES_TAKEN 2 /* there is a rule of this id */

/*
 * Adds one rule, a JSON object as rule_set.h describes it; `id` is then its id, the given one or a
 * generated one ("reset-1"), which the caller frees. DONE, REFUSED, SITE_RULES_TAKEN or BROKEN.
 */
int site_rules_add(struct site *site, const json_t *rule, char **id, struct diag *diag);

/* Has a rule take the place of the one with its id, which it has, or adds it; its counters are at zero.
 * DONE, REFUSED or BROKEN. */
int site_rules_put(struct site *site, const json_t *rule, struct diag *diag);

/* Returns the rule of a list whose words and id are those of a rule that was given to the site, or
 * NULL. */
const json_t *site_rules_find_same(const json_t *rules, const struct rule_record *record);

/* Returns those rules of a list that the site has not, a new list. */
json_t *site_rules_coming(struct site *site, const json_t *rules);

/* Removes a rule, one of a profile too. DONE; REFUSED: there is none, with those that there are; BROKEN. */
int site_rules_remove(struct site *site, const char *id, struct diag *diag);

/* Puts the counters of one rule (NULL: of all) to zero, from where on it counts as when it was added.
 * DONE, or REFUSED as site_rules_remove. */
int site_rules_rearm(struct site *site, const char *id, struct diag *diag);

/*
 * Returns the rules in their order, a new list of objects: `id`; `source`, "api" or the profile; `rule`,
 * as it was given; `matches` and `strikes` since it was armed; `remaining`, how often it can still strike,
 * or null; `armed_at` and `expires_at`, ISO 8601 by the site's clock, the latter null without `for`;
 * `spent`, whether it can never strike again. The caller lets it go with json_decref.
 */
json_t *site_rules_list(struct site *site);

/* The same for one rule, or NULL. */
json_t *site_rules_describe(struct site *site, const char *id);
