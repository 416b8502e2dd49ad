/*
 * Fault profiles as a site has them while it runs: their settings over those that
 * were configured, and their rules.
 *
 * When one goes, each setting that it set is what would be configured without it: what
 * the site began with, or what was set by hand since, even while the profile was there. Of a
 * profile given at the start (--fault, `fault:`) that is the default, unless the configuration sets
 * it to something else. With `apply: as_real` a setting is seen when the real thing would see it,
 * on the way back as on the way there. All of this is done on the I/O thread; what is not DONE has
 * changed nothing.
 */
#pragma once

#include <jansson.h>

#include "common/diag.h"

struct site;

#define SITE_PROFILES_TAKEN    2 /* the site has it already; or one of its rules has a taken id */
#define SITE_PROFILES_CONFLICT 3 /* it sets what another one sets differently */

/*
 * Adds a profile of the catalogue. DONE; SITE_PROFILES_TAKEN; SITE_PROFILES_CONFLICT with the names of
 * both; REFUSED, with the nearest name for one that is not known; BROKEN.
 */
int site_profiles_add(struct site *site, const char *name, struct diag *diag);

/* Removes a profile with its rules. DONE; REFUSED: the site does not have it, with those that it has;
 * BROKEN. */
int site_profiles_remove(struct site *site, const char *name, struct diag *diag);

/*
 * Has lists of profiles (texts) and of rules (as site_rules_add) take the place of all that there
 * are, so that to do it twice is to do it once. Profiles and rules that were there already count on: a
 * rule where it has the same id and the same words.
 * DONE, or as site_profiles_add.
 */
int site_profiles_replace(
	struct site *site, const json_t *profiles, const json_t *rules, struct diag *diag);

/* Disarms a site: removes all its profiles and all its rules. DONE or BROKEN. */
int site_profiles_disarm(struct site *site, struct diag *diag);

/* Returns the names of the profiles, a new list of texts in the order in which they came. */
json_t *site_profiles_list(struct site *site);
