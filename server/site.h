/*
 * One simulated NDES deployment: its condition, challenges, logs.
 */
#pragma once

#include <pthread.h>

#include "server/app_pool.h"
#include "server/condition.h"

struct profile_set;
struct rule_set;
struct server;
struct site_logs;

#define SITE_NAME_DEFAULT   "default"
#define SITE_NUMBER_DEFAULT 1

struct site {
	char *name;      /* "default"; NAME of /site/NAME/certsrv/...; "fault/NAME@LABEL" */
	unsigned number; /* IIS site id: W3SVC1 is the default site */
	struct server *server;
	char *base_url;           /* "http://127.0.0.1:8080" or "http://127.0.0.1:8080/site/NAME" */
	struct site_logs *logs;   /* NULL without --log-dir */
	struct app_pool app_pool; /* locks itself */
	pthread_mutex_t lock;     /* around what follows */
	struct condition *condition; /* in force */
	int64_t changed_ms;          /* when the administrator last changed or did something */
	struct rule_set *rules;      /* NULL: none */
	struct settings
		configured; /* what the administrator has set; the rest waits for its verb */
};

/* What a site is made of; all is copied. */
struct site_plan {
	const char *name;
	const char *base_url;
	const struct settings *settings;
	const struct profile_set *profiles; /* whose rules it has; NULL: none */
};

/*
 * Makes a site: mints its CA, and opens its W3C log below the server's log directory. It has the
 * number that follows those of the server's table, which the caller adds it to. The caller frees
 * with site_free. DONE, REFUSED or BROKEN.
 */
int site_new(
	struct site **out, struct server *server, const struct site_plan *plan, struct diag *diag);

void site_free(struct site *site);

/* Returns the condition in force, held; condition_release lets it go. From any thread. */
struct condition *site_hold_condition(struct site *site);

/* Returns the rules in force, held, or NULL; rule_set_release lets them go. From any thread. */
struct rule_set *site_hold_rules(struct site *site);
