/*
 * Sites that are made because somebody asks for a fault profile: by a URL
 * (/fault/NAME[+NAME][@LABEL]/...), or by a listener of their own.
 */
#pragma once

#include "common/diag.h"

struct server;
struct site;

/*
 * Returns in `out` the site with these profiles, "NAME[+NAME...][@LABEL]", and makes it when it is
 * first asked for: the configuration's settings with the profiles' on top. Each label is a site of its
 * own, with its own counters and logs. I/O thread. DONE; REFUSED for names that are no profiles or no
 * label; SITE_LIFE_FULL; or BROKEN.
 */
int fault_site_find(struct site **out, struct server *server, const char *name, struct diag *diag);

/* Makes the site of a listener at `url`, with these profiles. DONE, REFUSED or BROKEN. */
int fault_site_listen(struct site **out, struct server *server, const char *profiles,
	const char *url, struct diag *diag);
