/*
 * Putting another condition and other rules of a site in force, both or neither. An
 * exchange that is under way goes on with those that it holds.
 */
#pragma once

#include "server/rule_set.h"
#include "server/settings.h"

struct site;

/* What happens to the rules; all zero leaves them as they are, for the new condition. */
struct rule_change {
	bool (*stays)(const void *context, const struct rule_record *record); /* NULL: all stay */
	const void *context;
	const struct rule_source *sources; /* of those that come */
	size_t source_count;
};

/*
 * Puts the settings in force, and a set of rules made from the one before. The certificates stay
 * those of `kin`, an earlier condition, where nothing of them has changed (condition_new); NULL: they
 * are minted anew. The caller holds the site's lock. DONE; REFUSED or RULE_SET_TAKEN for a rule that comes (rule_set_new); BROKEN.
 */
int site_force_run(struct site *site, const struct settings *settings, struct condition *kin,
	const struct rule_change *change, struct diag *diag);

/* Puts the settings in force with certificates that are minted anew (condition_renew); all rules stay. As
 * site_force_run. */
int site_force_renewal(struct site *site, const struct settings *settings, struct diag *diag);

/* Changes the rules alone, under the condition that is in force. As site_force_run. */
int site_force_rules(struct site *site, const struct rule_change *change, struct diag *diag);

/*
 * Does it for settings that were configured: those that would be seen at once on the real thing, or
 * all of them with `apply: now`. Then they are the site's configured ones; else nothing has changed. As
 * site_force_run.
 */
int site_force_configured(struct site *site, const struct settings *configured,
	const struct rule_change *change, struct diag *diag);
