/*
 * The keys behind a deployment: the built-in ones, public and TEST ONLY, made
 * part of the program from certs/; or those of a directory made by
 * `mock-ndes pki new DIR`.
 */
#pragma once

#include "common/certificate.h"

/* The roles; one key each. */
enum pki_role {
	PKI_ROOT,
	PKI_ISSUING,
	PKI_RA_SIGNING,
	PKI_RA_ENCRYPTION,
	PKI_NEXT_CA,
	PKI_CHALLENGE_SIGNING,    /* the Intune service's, for challenges */
	PKI_CHALLENGE_ENCRYPTION, /* the policy module's, which opens them */
	PKI_ROLE_COUNT,
};

struct pki {
	bool built_in;
	EVP_PKEY *keys[PKI_ROLE_COUNT];
	/* Certificates from a directory, empty when to be minted. */
	struct certificate certificates[PKI_ROLE_COUNT];
};

/* Loads the built-in keys. DONE or BROKEN. */
int pki_load_built_in(struct pki *out, struct diag *diag);

/* Loads DIR/NAME.key (PEM) and DIR/NAME.crt for every role; a key must fit its certificate. DONE, or
 * REFUSED with the file, what is wrong and how to make one. */
int pki_load_directory(struct pki *out, const char *directory, struct diag *diag);

/* Makes new keys and certificates in DIR, which must not exist or be empty; files 0600. DONE,
 * REFUSED or BROKEN. */
int pki_create_directory(const char *directory, int64_t now, struct diag *diag);

void pki_done(struct pki *pki);
