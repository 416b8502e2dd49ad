/*
 * Where profiles are found by their names: those that are part of the program, and
 * those of a directory of the user's own, which win. None is read before somebody
 * asks for it.
 */
#pragma once

#include "server/profile.h"

/* Calls `visit` with each name once, in alphabetical order, until it returns something other than
 * 0, and returns that. `directory`: of the user's own profiles; NULL: none. */
int profile_catalogue_each(
	const char *directory, int (*visit)(void *context, const char *name), void *context);

/* Reads the profile of this name. DONE; REFUSED for an unknown name, with the nearest one, and for a
 * file that is not as it should be. profile_done releases it in any case. */
int profile_catalogue_read(
	struct profile *out, const char *directory, const char *name, struct diag *diag);
