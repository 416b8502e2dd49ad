/*
 * The passwords that the admin page gives out (ndes-behaviour 1.3, 3).
 */
#pragma once

#include "server/settings.h"
#include "server/site.h"

/*
 * Makes a one-time password of the site: PasswordLength bytes as upper-case hex; with
 * UseSinglePassword gives the one that the site keeps. DONE; REFUSED when the cache is full; BROKEN.
 */
int challenge_password_new(struct buffer *out, struct site *site, const struct settings *settings,
	int64_t now_ms, struct diag *diag);
