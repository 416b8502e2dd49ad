/*
 * What an administrator does about the age of a deployment's own certificates:
 * the rollover to the next CA, and RA certificates that expire. Each is a change
 * of settings that an administrator could make as well (site_verb.h), and is seen
 * when such a change would be.
 */
#pragma once

#include "common/diag.h"

struct site;

/* Each returns DONE; REFUSED, with words, where there is nothing to be done; or BROKEN. I/O
 * thread; they mint certificates, some private-key operations. */

/* Has GetNextCACert offer the next CA: next_ca: configured. REFUSED: it has taken over already. */
int site_authority_offer_next(struct site *site, struct diag *diag);

/* Has the next CA take over, offered or not: ca_generation: next. What it issues from now on is signed
 * with its key, RA certificates included. REFUSED: it has taken over already. */
int site_authority_switch(struct site *site, struct diag *diag);

/* Lets the RA certificates have expired: ra_certificates: expired. site_renew_ra_certificates heals
 * it. */
int site_authority_expire_ra(struct site *site, struct diag *diag);
