/*
 * Several fault profiles at once, as a site has them.
 */
#pragma once

#include "server/profile.h"

#define PROFILE_SET_MAX 8

/* All zero is empty. */
struct profile_set {
	struct profile profiles[PROFILE_SET_MAX];
	size_t count;
};

#define PROFILE_SET_CLEANUP __attribute__((cleanup(profile_set_done)))

/*
 * Reads the profiles that `names` lists, with "+", "," or blanks between them, from the catalogue.
 * DONE; REFUSED for an unknown name, a name that stands twice, a profile that is not as it should be,
 * and for two profiles that set one setting differently or have a rule of the same id, with both names.
 * profile_set_done releases it in any case.
 */
int profile_set_read(
	struct profile_set *out, const char *directory, const char *names, struct diag *diag);

/* Of profile_set_add: it and one of the set give a setting different values, or have a rule of the
 * same id. */
#define PROFILE_SET_CONFLICT 3

/* Adds one of the catalogue. DONE; REFUSED as by profile_set_read; PROFILE_SET_CONFLICT, with the names
 * of both. Nothing has changed unless it is DONE. */
int profile_set_add(
	struct profile_set *set, const char *directory, const char *name, struct diag *diag);

/* Returns the profile of this name in the set, borrowed, or NULL. */
const struct profile *profile_set_find(const struct profile_set *set, const char *name);

/* Takes the profile of this name out; a set without it stays as it is. */
void profile_set_remove(struct profile_set *set, const char *name);

/* Sets what the profiles say, over what is there. DONE or REFUSED. */
int profile_set_apply(const struct profile_set *set, struct settings *settings, struct diag *diag);

/* Fills in where the rules of each profile stand; returns how many. Borrowed from the set. */
size_t profile_set_sources(struct rule_source out[PROFILE_SET_MAX], const struct profile_set *set);

void profile_set_done(struct profile_set *set);
