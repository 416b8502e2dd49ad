/*
 * A PKI of new keys: for a directory (mock-ndes pki new), or for a site that has a CA
 * of its own.
 */
#pragma once

#include "server/pki.h"

/*
 * Makes new RSA keys, on as many threads as there are processors, and the certificates that people keep, root and
 * issuing CA; their names say TEST ONLY, and are like no other PKI's. RA certificates are minted when a
 * site starts, since they hold its URLs and live for two years.
 *
 * With `lender` the keys and certificates of the roles around Intune challenges are that one's, so that
 * a challenge minted elsewhere is good for this one too; NULL: new as well. Takes some tenths of a second. From
 * any thread. DONE or BROKEN; then nothing is to be released.
 */
int pki_generation_run(struct pki *out, const struct pki *lender, int64_t now, struct diag *diag);
