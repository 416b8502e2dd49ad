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
 * and for two profiles that set one setting differently, with both names. profile_set_done releases
 * it in any case.
 */
int profile_set_read(
	struct profile_set *out, const char *directory, const char *names, struct diag *diag);

/* Sets what the profiles say, over what is there. DONE or REFUSED. */
int profile_set_apply(const struct profile_set *set, struct settings *settings, struct diag *diag);

/* Fills in where the rules of each profile stand; returns how many. Borrowed from the set. */
size_t profile_set_sources(struct rule_source out[PROFILE_SET_MAX], const struct profile_set *set);

void profile_set_done(struct profile_set *set);
