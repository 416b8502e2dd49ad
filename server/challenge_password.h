/*
 * The passwords that the admin page gives out (ndes-behaviour 1.3, 3).
 */
#pragma once

#include "server/settings.h"

struct server;

/*
 * Makes a one-time password of a cache (balancer.h): PasswordLength bytes as upper-case hex; with
 * UseSinglePassword gives the one that is kept there. DONE; REFUSED when the cache is full; BROKEN.
 */
int challenge_password_new(struct buffer *out, struct server *server, const char *cache,
	const struct settings *settings, int64_t now_ms, struct diag *diag);
