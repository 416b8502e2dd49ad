/*
 * One simulated NDES deployment: settings, CA, challenges, logs.
 */
#pragma once

#include "server/authority.h"
#include "server/settings.h"

struct server;
struct w3c_log;

#define SITE_NAME_DEFAULT "default"

struct site {
	char *name;           /* "default", or NAME of /site/NAME/certsrv/... */
	unsigned number;      /* IIS site id: W3SVC1 is the default site */
	struct server *server;
	struct settings settings;
	struct authority *authority;
	struct w3c_log *log;  /* NULL without --log-dir */
};

/* Makes a site with a copy of `settings`, minting its CA. The caller frees with site_free. */
int site_new(struct site **out, struct server *server, const char *name, unsigned number,
	const struct settings *settings, struct diag *diag);

void site_free(struct site *site);

/*
 * Returns the site that a request path ("/site/NAME/certsrv/...", or anything else for the default
 * site) belongs to, and in `rest` the path below it. NULL when NAME is no site.
 */
struct site *site_find(struct server *server, struct bytes path, struct bytes *rest);
