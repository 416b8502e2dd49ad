/*
 * Where the challenge password comes from: the user, or the administrators'
 * page.
 */
#pragma once

#include "client/session.h"

/*
 * Gives the challenge as a heap text, NULL when none was asked for. A page that shows the CA's
 * thumbprint is held against GetCACert. DONE, REFUSED or BROKEN.
 */
int challenge_get(char **out, struct session *session, struct diag *diag);

/* Overwrites and releases a challenge; for the cleanup attribute. */
void challenge_freep(char **challenge);

#define CHALLENGE_CLEANUP __attribute__((cleanup(challenge_freep)))
