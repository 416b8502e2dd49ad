/*
 * A PKI of one's own in a directory: DIR/NAME.key of every role and DIR/NAME.crt
 * of some, all PEM.
 */
#pragma once

#include "server/pki.h"

/*
 * Loads NAME.key of every role, root.crt, and NAME.crt of the other roles where it is there. Keys
 * must be RSA and fit their certificates. DONE, or REFUSED with the file, what is wrong and how to
 * make one.
 */
int pki_directory_load(struct pki *out, const char *directory, struct diag *diag);

/*
 * Makes new keys for all roles in `directory`, which must not exist or be empty, and the
 * certificates that people keep, root.crt and issuing.crt; their names are like no other PKI's. RA
 * certificates are minted when a server starts, since they hold its URLs and live for two years.
 * Directory 0700, files 0600. DONE; REFUSED or BROKEN, then nothing is left behind.
 */
int pki_directory_create(const char *directory, int64_t now, struct diag *diag);
