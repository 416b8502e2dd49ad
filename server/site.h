/*
 * One simulated NDES deployment: its condition, challenges, logs.
 */
#pragma once

#include <pthread.h>

#include "server/condition.h"

struct server;
struct w3c_log;

#define SITE_NAME_DEFAULT   "default"
#define SITE_NUMBER_DEFAULT 1

struct site {
	char *name;      /* "default", or NAME of /site/NAME/certsrv/... */
	unsigned number; /* IIS site id: W3SVC1 is the default site */
	struct server *server;
	char *base_url;       /* "http://127.0.0.1:8080" or "http://127.0.0.1:8080/site/NAME" */
	struct w3c_log *log;  /* NULL without --log-dir */
	pthread_mutex_t lock; /* around what follows */
	struct condition *condition; /* in force */
};

/*
 * Makes a site with a copy of `settings`: mints its CA, and opens its W3C log below `log_directory`
 * (NULL: none). The caller frees with site_free. DONE, REFUSED or
 * BROKEN.
 */
int site_new(struct site **out, struct server *server, const char *name, unsigned number,
	const struct settings *settings, const char *log_directory, struct diag *diag);

void site_free(struct site *site);

/* Returns the condition in force, held; condition_release lets it go. From any thread. */
struct condition *site_hold_condition(struct site *site);

/*
 * Returns the site that a request path ("/site/NAME/certsrv/...", or anything else for the default
 * site) belongs to, and in `rest` the path below it. NULL when NAME is no site.
 */
struct site *site_find(struct server *server, struct bytes path, struct bytes *rest);
