/*
 * Challenges in Intune's form (ndes-behaviour 4.4): claims about the device that
 * may use it, signed by the Intune service and enveloped to the policy module,
 * as base64. The form of Microsoft's claims is not known; ours are JSON:
 *
 *   {"identifier": "…", "expires": 1769903998, "subject": "CN=device-1",
 *    "subject_alternative_name": "DNS:device-1.example", "key_usage": 5,
 *    "filler": "…"}
 */
#pragma once

#include "server/pki.h"

/* What an Intune challenge is bound to; NULL or 0: not bound. */
struct challenge_claims {
	char *identifier;       /* unique; makes it single-use */
	char *subject;          /* as name_parse reads it */
	char *alternative_name; /* as alternative_name_parse reads it */
	uint32_t key_usage;     /* enum key_usage bits */
	int64_t expires_at;     /* seconds since 1970 */
};

#define CHALLENGE_CLAIMS_CLEANUP __attribute__((cleanup(challenge_claims_done)))

void challenge_claims_done(struct challenge_claims *claims);

/*
 * Appends a challenge with these claims, as long as the real ones: 4 to 6 kB. One private-key
 * operation. DONE; REFUSED when a claim cannot be used; BROKEN.
 */
int challenge_intune_mint(struct buffer *out, const struct pki *pki,
	const struct challenge_claims *claims, struct diag *diag);

/* Of challenge_intune_open: it has the form, but is not for this module, not by the Intune service,
 * or says what no claims say. */
#define CHALLENGE_INTUNE_BAD 2

/*
 * Opens such a challenge and checks its signature. One private-key operation unless it has another
 * form. DONE; REFUSED: it has not this form; CHALLENGE_INTUNE_BAD; BROKEN.
 */
int challenge_intune_open(struct challenge_claims *out, const struct pki *pki,
	struct bytes challenge, struct diag *diag);
