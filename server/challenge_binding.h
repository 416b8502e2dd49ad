/*
 * Whether a request is the one that an Intune challenge was made for: what the
 * policy module answers to VerifyRequest (ndes-behaviour 4.1, 4.5).
 */
#pragma once

#include "server/challenge_intune.h"
#include "server/exchange.h"

/*
 * Compares the request with the claims: their time, subject, subjectAltName and key usage.
 * VERDICT_INTUNE when all fit; else the first that does not, with words in exchange->diag.
 */
enum challenge_verdict challenge_binding_check(
	struct exchange *exchange, const struct challenge_claims *claims);
