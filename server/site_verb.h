/*
 * What an administrator does to a deployment: changes settings, recycles the pool,
 * runs iisreset, restarts the server. With the setting `apply: as_real` a change is
 * seen when the real thing would see it, at once or behind the right one of these;
 * with `apply: now` always at once.
 */
#pragma once

#include <jansson.h>

#include "common/diag.h"

struct site;

enum site_verb {
	SITE_VERB_POOL_RECYCLE,
	SITE_VERB_IISRESET,
	SITE_VERB_REBOOT,
	SITE_VERB_COUNT,
};

/* Returns a verb's name, "iisreset". */
const char *site_verb_name(enum site_verb verb);

/*
 * Changes settings of a site: a JSON object of NAME: VALUE. An exchange that is under way goes on
 * under the condition in which it began. DONE; REFUSED with `fault`, the key at fault (borrowed from
 * the object), and nothing changed; or BROKEN. I/O thread.
 */
int site_change(struct site *site, const json_t *settings, const char **fault, struct diag *diag);

/*
 * Does it: what had been changed and waits for it comes into force, and the processes that it ends
 * forget what they kept in memory, the unused passwords above all. DONE or BROKEN. I/O thread.
 */
int site_do(struct site *site, enum site_verb verb, struct diag *diag);

/*
 * Enrols the RA certificates anew, at the site's time, whatever was wrong with them, and has mscep.dll
 * start with them; the CAs stay as they are. Those of a PKI of one's own are taken as they are. Two
 * private-key operations and those of the CAs. DONE, REFUSED or BROKEN. I/O thread.
 */
int site_renew_ra_certificates(struct site *site, struct diag *diag);

/* Forgets the unused passwords of all servers of a site. DONE or BROKEN. From any thread. */
int site_forget_challenges(struct site *site, struct diag *diag);
