/*
 * What a site is like at one time: its settings, and the certificates that
 * follow from them. It never changes; another condition takes its place, while
 * exchanges that began under this one go on with it.
 */
#pragma once

#include <stdatomic.h>

#include "server/authority.h"
#include "server/settings.h"

struct condition {
	struct settings settings;
	struct authority *authority;
	struct condition *lender; /* whose authority this is; NULL: its own */
	_Atomic unsigned holders;
};

/*
 * Makes a condition with a copy of `settings`, held once. `kin` is an earlier condition of the same site
 * (NULL: none): the certificates are shared with it where they are the same, else minted as
 * authority_renew says; without one as authority_new says. DONE, REFUSED or BROKEN.
 */
int condition_new(struct condition **out, const struct pki *pki, const struct settings *settings,
	const char *base_url, int64_t now, struct condition *kin, struct diag *diag);

/* The same with certificates that are minted anew, also where they could be shared; the RA's have other serial
 * numbers than before. */
int condition_renew(struct condition **out, const struct settings *settings, const char *base_url,
	int64_t now, const struct condition *kin, struct diag *diag);

/* Holds it once more and returns it. From any thread. */
struct condition *condition_hold(struct condition *condition);

/* Lets it go; the last one frees it. Accepts NULL. From any thread. */
void condition_release(struct condition *condition);
