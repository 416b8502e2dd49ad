/*
 * How sites come and go while the server runs.
 *
 * Making one takes time (certificates are minted), so it comes in two steps: prepared
 * on any thread, without the table being touched, then added on the I/O thread, at once.
 * One that is removed is found no more, but the exchanges that are under way in it go on to
 * their end, and the last of them frees it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/diag.h"

struct server;
struct site;

/* Of site_life_add, and of what makes sites by it. */
#define SITE_LIFE_FULL  2 /* there are as many sites as may be */
#define SITE_LIFE_TAKEN 3 /* there is one of this name */

/* What somebody wants of a new site; all zero is one like the default site of the configuration. */
struct site_wish {
	const char *name;        /* NULL: "site-N", with a number that was not used yet */
	const char *profiles;    /* fault profiles, "NAME[+NAME...]"; NULL: none */
	const json_t *settings;  /* NAME: VALUE, over the configuration's and the profiles'; NULL */
	const json_t *rules;     /* behind the profiles'; NULL: none */
	bool own_ca;             /* its CA has new keys; false: the server's */
	int64_t time_to_live_ms; /* by the server's clock; 0: it stays */
	struct clock_state clock; /* over the server's; clock_control_check has found it good */
};

/*
 * Makes a site, held for the caller, who gives it to site_life_add or lets it go with site_release.
 * From any thread. DONE; REFUSED, with the setting at fault in `fault` (borrowed from the wish) where it
 * is one, else NULL; or BROKEN.
 */
int site_life_prepare(struct site **out, struct server *server, const struct site_wish *wish,
	const char **fault, struct diag *diag);

/* Checks whether one more site may be, which is to have this name. DONE or SITE_LIFE_FULL. */
int site_life_check_room(const struct server *server, const char *name, struct diag *diag);

/*
 * Puts a prepared site into its server's table, which takes over the hold on it when this is DONE.
 * SITE_LIFE_TAKEN or SITE_LIFE_FULL otherwise, with words. I/O thread.
 */
int site_life_add(struct site *site, struct diag *diag);

/*
 * Takes a site out of the table, with all that the store and the journal have of it, so that another one may
 * have its name; its logs stay. One of the
 * configuration comes back with a reset. The default site, and one that a listener leads to, are
 * REFUSED. DONE or BROKEN otherwise. I/O thread.
 */
int site_life_remove(struct site *site, struct diag *diag);

/* Removes the sites whose time has come. I/O thread; whoever looks into the table calls it first. */
void site_life_sweep(struct server *server);

/* Gives the site of a name, borrowed, after a sweep. DONE, or REFUSED with the nearest name. I/O
 * thread. */
int site_life_find(struct site **out, struct server *server, const char *name, struct diag *diag);
