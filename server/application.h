/*
 * The IIS applications of an NDES server (ndes-behaviour 1.1), one row each.
 */
#pragma once

#include <stdbool.h>

struct application {
	const char *path;          /* "/certsrv/mscep"; compared without case */
	const char *physical_path; /* for the detailed error page */
	bool anonymous;            /* false: authentication is a setting */
	bool static_files;         /* true: the StaticFile handler serves it; false: mscep.dll */
};

/* Returns the application that a path leads to, and in `path_info` what follows, or NULL. */
const struct application *application_find(const char **path_info, const char *path);

/* Returns whether this is the application that hands out passwords. */
bool application_is_admin(const struct application *application);
