/*
 * One-time passwords: those that the admin page gives out (ndes-behaviour 1.3,
 * 3), and those of choice.
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

#define CHALLENGE_PASSWORD_MAX 8192 /* bytes, of one of choice */

/* What is wanted of a password; all zero: what the admin page gives. */
struct challenge_password_order {
	const char *text;      /* of choice, UTF-8; NULL: drawn */
	int64_t expires_at_ms; /* since 1970; 0: after PasswordValidity */
	bool beyond_limit;     /* also when PasswordMax passwords are waiting */
};

/* Returns until when a password so ordered is valid, in ms since 1970. */
int64_t challenge_password_end(const struct challenge_password_order *order,
	const struct settings *settings, int64_t now_ms);

/*
 * Makes a one-time password as ordered. DONE; REFUSED: the cache is full, the text is none or is
 * waiting already, or the site has a single password (UseSinglePassword) and the order wants another
 * than that; BROKEN. `cache` as above.
 */
int challenge_password_mint(struct buffer *out, struct server *server, const char *cache,
	const struct settings *settings, const struct challenge_password_order *order,
	int64_t now_ms, struct diag *diag);
