/*
 * Challenges as a person or a suite wants them, of either form: one-time
 * passwords (challenge_password.h), and Intune's, each under a name of its own
 * by which the site lists and revokes it.
 */
#pragma once

#include "common/random.h"
#include "server/challenge_intune.h"
#include "server/challenge_password.h"

struct site;

/* Draws an identifier for claims that have none; challenge_claims_done releases it. */
void challenge_mint_identifier(struct challenge_claims *claims, struct random *random);

/*
 * Mints a challenge in Intune's form for a site with these settings, and remembers it there; claims
 * without an identifier get one. One private-key operation. DONE; REFUSED: a claim cannot be used, or
 * the site has no policy module that would open it; BROKEN.
 */
int challenge_mint_token(struct buffer *out, struct site *site, const struct settings *settings,
	struct challenge_claims *claims, int64_t now_ms, struct diag *diag);

/*
 * Revokes a challenge of a site, named as it was given out or, of Intune's form, by its identifier. A
 * request with it is refused as with one that NDES does not know. One private-key operation for a text
 * in Intune's form. DONE, also when it was revoked before; REFUSED: it is unknown, used or has expired;
 * BROKEN.
 */
int challenge_mint_revoke(
	struct site *site, const char *challenge, int64_t now_ms, struct diag *diag);
