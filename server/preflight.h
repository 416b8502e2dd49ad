/*
 * A look at the paths of a configuration before anything is done with them, so
 * that a server that cannot start has made nothing, and --check can tell.
 */
#pragma once

#include "server/configuration.h"

/* Checks that each directory is there and can be written to, or can be made, that the ready file can
 * be, and that the directory of fault profiles can be read. Makes nothing. DONE or REFUSED. */
int preflight_check(const struct configuration *configuration, struct diag *diag);

/* Checks a directory of fault profiles alone; NULL: none. DONE or REFUSED. */
int preflight_check_profiles(const char *directory, struct diag *diag);
