/*
 * Challenges: those that wait, those that are spent, and the identifiers of
 * Intune challenges that were seen. Part of store.h.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

struct store;

/* What became of a challenge. */
enum challenge_state {
	CHALLENGE_VALID, /* unused and in time; of store_challenge_take: now taken */
	CHALLENGE_UNKNOWN,
	CHALLENGE_USED,
	CHALLENGE_EXPIRED, /* NDES would not know it any more */
	CHALLENGE_REVOKED, /* by name, which NDES cannot do */
};

struct challenge_record {
	enum challenge_state state;
	int64_t made_at; /* milliseconds since 1970 */
	int64_t expires_at;
	int64_t used_at;  /* with CHALLENGE_USED; with CHALLENGE_REVOKED: when it was revoked */
	uint64_t used_by; /* the exchange that used it */
};

/* Of store_challenge_add: the same challenge is there already, unused. */
#define CHALLENGE_DUPLICATE 2

/*
 * Remembers a new challenge unless `limit` unused and unexpired ones are there already (PasswordMax;
 * 0: no limit). DONE; REFUSED: the cache is full; CHALLENGE_DUPLICATE; BROKEN.
 */
int store_challenge_add(struct store *store, const char *site, const char *challenge, int64_t now,
	int64_t expires_at, int64_t limit, struct diag *diag);

/*
 * Takes a challenge for an exchange, at most once whatever threads try: `out` says what it was.
 * DONE or BROKEN.
 */
int store_challenge_take(struct challenge_record *out, struct store *store, const char *site,
	struct bytes challenge, int64_t now, uint64_t exchange, struct diag *diag);

/* Remembers an offline-minted challenge as used by its identifier; `out` as store_challenge_take. */
int store_challenge_take_once(struct challenge_record *out, struct store *store, const char *site,
	struct bytes identifier, int64_t now, int64_t expires_at, uint64_t exchange,
	struct diag *diag);

/* Gives back a challenge that `exchange` took and for which nothing was issued. */
int store_challenge_release(struct store *store, const char *site, struct bytes challenge,
	uint64_t exchange, struct diag *diag);

/* As store_challenge_release for an identifier. */
int store_challenge_release_once(struct store *store, const char *site, struct bytes identifier,
	uint64_t exchange, struct diag *diag);

/* Forgets the unused challenges of a site, as an IIS restart does. */
int store_challenge_clear(struct store *store, const char *site, struct diag *diag);

/* Of the revoking functions: no such challenge is remembered; the words say so. */
#define CHALLENGE_NOBODYS 2

/* Revokes a challenge that waits. DONE, also when it was revoked before; REFUSED: it was used or has
 * expired; CHALLENGE_NOBODYS; BROKEN. */
int store_challenge_revoke(struct store *store, const char *site, const char *challenge,
	int64_t now, struct diag *diag);

/* Remembers the identifier of an Intune challenge that was made here, for listings. DONE or BROKEN. */
int store_challenge_remember_once(struct store *store, const char *site, const char *identifier,
	int64_t now, int64_t expires_at, struct diag *diag);

/*
 * As store_challenge_revoke for an identifier. `expires_at` is its challenge's, wherever that was made;
 * 0: not known, so that it must be one that is remembered.
 */
int store_challenge_revoke_once(struct store *store, const char *site, const char *identifier,
	int64_t now, int64_t expires_at, struct diag *diag);

/* Gives the site's single password (UseSinglePassword). DONE; REFUSED: it has none yet; BROKEN. */
int store_single_password_find(
	struct buffer *out, struct store *store, const char *site, struct diag *diag);

/* Makes `password` the site's single one unless it has one. DONE or BROKEN. */
int store_single_password_keep(
	struct store *store, const char *site, const char *password, struct diag *diag);
