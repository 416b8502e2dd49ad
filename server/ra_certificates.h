/*
 * The two certificates of the registration authority: how each way in which they
 * can be wrong (the setting ra_certificates) is minted, and how it shows in
 * GetCACert. Whether mscep.dll starts with them is for ndes_service.h.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "server/authority.h"

#define RA_CERTIFICATES_MAX 2

/* The two of one authority. What they are follows from its begin; with the built-in keys they are signed when
 * one is first asked for, as most servers of a test suite, and most of its sites, never are. */
struct ra_pair {
	enum ra_certificates state; /* the setting */
	unsigned edition;           /* how often they were renewed by hand: each time other ones */
	struct buffer subject;      /* the Name that both share (ndes-behaviour 2.3) */
	int64_t now;                /* when they are enrolled */
	pthread_mutex_t lock;
	atomic_bool made;
	struct certificate signing;
	struct certificate encryption;
};

/*
 * Gives the authority, whose CAs are there, its RA certificates, enrolled at `now` below its first CA
 * or the one before it. Keys of somebody else's are tried, and his certificates checked, at once.
 * DONE, REFUSED (one of the pki does not fit) or BROKEN.
 */
int ra_certificates_new(struct authority *authority, const struct settings *settings,
	unsigned edition, int64_t now, struct diag *diag);

/* Accepts NULL. */
void ra_certificates_free(struct ra_pair *pair);

/* Returns one of them, which lives as long as the authority. The first call costs two private-key
 * operations. From any thread. */
const struct certificate *ra_certificates_signing(const struct authority *authority);
const struct certificate *ra_certificates_encryption(const struct authority *authority);

/* Fills `out` with those that GetCACert gives, in its order. Returns how many. */
size_t ra_certificates_list(
	const struct certificate *out[RA_CERTIFICATES_MAX], const struct authority *authority);
