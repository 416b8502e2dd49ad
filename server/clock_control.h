/*
 * Moving the time, of the server or of one site: what a test does so that
 * certificates, passwords and faults run out without it waiting.
 *
 * The server's clock starts as the real time, and each site's follows the server's: a
 * site's time is the server's plus the site's own offset, unless the site's clock stands.
 */
#pragma once

#include <stdint.h>

#include "common/diag.h"

struct clock;
struct clock_state;
struct server;
struct site;

/* What can be told to a clock. */
enum clock_verb {
	CLOCK_FREEZE,  /* stops at a time */
	CLOCK_SET,     /* puts to a time, and runs on or stands as before */
	CLOCK_ADVANCE, /* moves by an amount, negative too */
	CLOCK_RUN,     /* runs on from where it stood */
	CLOCK_RESET,   /* shows the time of the server, and that the real time, again */
};

/* Returns the clock of a site, or of the server with `site` NULL. */
struct clock *clock_control_clock(struct server *server, struct site *site);

/*
 * Checks the state that a new clock is to have over `base`. DONE; REFUSED, in the name of `whose`, where
 * it would show a time out of the years that clock_control_do allows.
 */
int clock_control_check(const struct clock *base, const struct clock_state *state,
	const char *whose, struct diag *diag);

/*
 * Does it to the clock of a site, or with `site` NULL to that of the server, and so to all sites that
 * follow. `ms` is the time since 1970 for CLOCK_FREEZE and CLOCK_SET, the amount for CLOCK_ADVANCE, and
 * nothing for the others. The next exchange sees it; one in flight keeps the time of its arrival. DONE;
 * REFUSED where a clock would leave the years 1971 to 9899, which leave room for the certificates of
 * before and after; then nothing has moved. I/O thread.
 */
int clock_control_do(struct server *server, struct site *site, enum clock_verb verb, int64_t ms,
	struct diag *diag);
