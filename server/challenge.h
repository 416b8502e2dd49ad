/*
 * Challenge passwords: the one-time ones of the admin page, the fixed one, and
 * those in Intune's form, which are CMS messages that the policy module opens.
 */
#pragma once

#include "common/scep_request.h"
#include "server/exchange.h"

/* What an Intune challenge is bound to; NULL or 0: not bound. */
struct challenge_claims {
	char *identifier;   /* unique; makes it single-use */
	char *subject;      /* as name_parse reads it */
	char *alternative_name; /* as alternative_name_parse reads it */
	uint32_t key_usage; /* enum key_usage bits */
	int64_t expires_at; /* seconds since 1970 */
};

void challenge_claims_done(struct challenge_claims *claims);

/*
 * Appends a challenge in Intune's form: base64 of a CMS EnvelopedData to the policy module around a
 * SignedData of the Intune service around the claims as JSON; 4 to 6 kB. DONE or BROKEN.
 */
int challenge_mint_intune(struct buffer *out, const struct pki *pki,
	const struct challenge_claims *claims, struct diag *diag);

/* Opens such a challenge and checks its signature. DONE, REFUSED (it is none, or not ours) or BROKEN. */
int challenge_open_intune(struct challenge_claims *out, const struct pki *pki,
	struct bytes challenge, struct diag *diag);

/*
 * Makes a one-time password of the site for the admin page: PasswordLength bytes as upper-case hex.
 * DONE; REFUSED when the cache is full; BROKEN.
 */
int challenge_new_password(struct buffer *out, struct site *site, int64_t now_ms, struct diag *diag);

/* Judges the challenge of a PKCSReq or RenewalReq: fills exchange->verdict, and on refusal the
 * disposition. A one-time password is taken. DONE or BROKEN. */
int challenge_judge(struct exchange *exchange);

/* Gives back a challenge that was taken when nothing was issued. DONE or BROKEN. */
int challenge_release(struct exchange *exchange);

/* The journal's word for a verdict: "used". */
const char *challenge_verdict_name(enum challenge_verdict verdict);
