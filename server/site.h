/*
 * One simulated NDES deployment: its condition, challenges, logs, and its time.
 *
 * It lives as long as somebody holds it: the table of sites, a listener that leads to
 * it, each exchange that it is for.
 */
#pragma once

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>

#include "common/clock.h"
#include "server/app_pool.h"
#include "server/condition.h"
#include "server/site_name.h"

struct profile_set;
struct rule_set;
struct server;
struct site_logs;
struct site_metrics;
struct site_start;

#define SITE_NUMBER_DEFAULT 1
#define SITE_RULES_OWN      "api" /* where rules come from that are of no profile */

/* Whom a site owes its being to. */
enum site_origin {
	SITE_CONFIGURED,  /* the configuration, the default site among them */
	SITE_OF_LISTENER, /* a listener with fault profiles */
	SITE_OF_URL,      /* somebody who asked for /fault/NAME/... */
	SITE_CREATED,     /* somebody who made it while the server ran */
};

struct site {
	_Atomic unsigned holders;
	enum site_origin origin;
	char *name;      /* "default"; NAME of /site/NAME/certsrv/...; "fault/NAME@LABEL" */
	unsigned number; /* IIS site id: W3SVC1 is the default site; no two sites have the same */
	/* The name in the store, which is `name` until the site is removed: exchanges that are still
	 * under way then leave their rows under another one, so that a new site may have the name. */
	char *_Atomic store_name;
	struct server *server;
	struct clock clock;    /* follows the server's */
	const struct pki *pki; /* the server's, or its own */
	struct pki *own_pki;   /* NULL: it has the server's */
	int64_t expires_ms; /* by the server's clock, since it is not the site's to say; 0: stays */
	char *base_url;     /* "http://127.0.0.1:8080" or "http://127.0.0.1:8080/site/NAME" */
	struct site_start *start;     /* what it was made with */
	struct site_logs *logs;       /* NULL without --log-dir */
	struct site_metrics *metrics; /* of the I/O thread; NULL: nothing was counted */
	struct app_pool app_pool;     /* locks itself */
	_Atomic uint64_t balanced;    /* requests that a load balancer gave out one by one */
	_Atomic int64_t changed_ms;   /* when the administrator last changed or did something */
	/* Around what follows, which the I/O thread alone changes, and may read without it. */
	pthread_mutex_t lock;
	struct condition *condition; /* in force */
	struct rule_set *rules;      /* NULL: none */
	struct settings
		configured;      /* what was set; what of it waits for its verb is not in force */
	struct settings without; /* what would be configured without the profiles */
	struct profile_set *profiles; /* those that it has */
};

/* What a site is made of; all is copied. */
struct site_plan {
	const char *name;
	const char *base_url;
	const struct settings *settings; /* what is configured, the profiles' included */
	/* The same without the profiles; NULL: what is as a profile says has its default there. */
	const struct settings *without;
	struct profile_set *profiles; /* taken over, and left empty; NULL: none */
	const json_t *rules;          /* its own, a list; NULL: none */
	enum site_origin origin;
	bool own_ca; /* with keys of its own, which take some tenths of a second to make */
	const struct pki *pki;    /* the keys that it had before; NULL: new ones */
	int64_t time_to_live_ms;  /* by the server's clock; 0: it stays */
	struct clock_state clock; /* over the server's */
};

/*
 * Makes a site, held once: mints its CA, and opens its W3C log below the server's log directory. It
 * has the next number of the server's table, which it is not yet in. From any thread. The caller lets
 * it go with site_release. DONE, REFUSED or BROKEN.
 */
int site_new(
	struct site **out, struct server *server, const struct site_plan *plan, struct diag *diag);

/* Holds it once more and returns it. From any thread. */
struct site *site_hold(struct site *site);

/* Lets it go; the last one shuts the deployment down and frees it, and what a removed one still has in
 * the store. Accepts NULL. */
void site_release(struct site *site);

/* Returns whether it has been taken from the server's table. */
bool site_is_removed(const struct site *site);

/* Forgets all that the store has of it, and gives it another name there. Once, by who takes it from
 * the table. DONE or BROKEN. */
int site_retire(struct site *site, struct diag *diag);

/* Returns the condition in force, held; condition_release lets it go. From any thread. */
struct condition *site_hold_condition(struct site *site);

/* Returns the rules in force, held, or NULL; rule_set_release lets them go. From any thread. */
struct rule_set *site_hold_rules(struct site *site);
