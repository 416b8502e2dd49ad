/*
 * The challenge of a request, judged: a one-time password of the admin page
 * (challenge_password.h), the fixed one, or one in Intune's form
 * (challenge_intune.h), which the policy module opens. Each way in which it can
 * be good or bad is a verdict, with a row in challenge.c.
 */
#pragma once

#include "server/exchange.h"

/*
 * Judges the challenge of a PKCSReq or RenewalReq: fills exchange->verdict, and on refusal the
 * disposition, with words in exchange->diag in which a challenge stands shortened. A one-time password
 * is taken. DONE or BROKEN.
 */
int challenge_judge(struct exchange *exchange);

/* Gives back a challenge that was taken when nothing was issued. DONE or BROKEN. */
int challenge_release(struct exchange *exchange);

/* The journal's word for a verdict: "used". */
const char *challenge_verdict_name(enum challenge_verdict verdict);
