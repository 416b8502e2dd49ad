/*
 * What a refusal means for whoever wrote the client: what it did, and what to do about it.
 */
#pragma once

/* Returns the advice for a reason of the journal's disposition ("challenge-used"), a static sentence or two;
 * NULL: there is none. */
const char *ctl_advice(const char *reason);

/* The same for an answer of HTTP without a CertRep, by its status; NULL: there is none. */
const char *ctl_advice_status(long long status);
