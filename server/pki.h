/*
 * The keys behind a deployment: the built-in ones, public and TEST ONLY, made
 * part of the program from certs/; or those of a directory (pki_directory.h).
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

struct pki_later;

/* Read-only once loaded; shared by all threads. */
struct pki {
	EVP_PKEY *keys[PKI_ROLE_COUNT]; /* of a directory or made; see pki_key */
	bool built_in;
	/* Certificates from a directory. One that is empty is minted by whoever needs it. */
	struct certificate certificates[PKI_ROLE_COUNT];
	struct certificate root; /* the built-in root as it is under default settings; else empty */
	struct pki_later *later; /* what is made when it is first asked for */
};

/* Returns the name of a role and of its files, without the dot: "ra-signing". */
const char *pki_role_name(enum pki_role role);

/* Makes an empty one, for its loader to fill. */
void pki_init(struct pki *pki);

void pki_done(struct pki *pki);

/* Has a PKI that has none of this role yet share the key and certificate of another one. From any thread. */
void pki_borrow(struct pki *pki, const struct pki *lender, enum pki_role role);

/* The same for all roles: fills `out`, which pki_done releases, with another PKI's. From any thread. */
void pki_share(struct pki *out, const struct pki *lender);

/* Takes the built-in keys. DONE or BROKEN; then nothing is to be released. */
int pki_load_built_in(struct pki *out, struct diag *diag);

/* Returns the key of a role, borrowed from the pki; NULL: a directory has none. A built-in one is read when
 * it is first asked for: the first use of OpenSSL costs 2 MiB and a millisecond, and many a server is
 * only started. From any thread. */
EVP_PKEY *pki_key(const struct pki *pki, enum pki_role role);

/* Writes a digest of a certificate's DER to `out` of EVP_MAX_MD_SIZE, as certificate_fingerprint does; those of the
 * built-in root were made when the program was built, and need no OpenSSL. DONE or BROKEN. */
int pki_fingerprint(uint8_t *out, const struct certificate *certificate,
	const struct digest_algorithm *digest, struct diag *diag);

/*
 * Gives the certificate of PKI_CHALLENGE_SIGNING or PKI_CHALLENGE_ENCRYPTION, borrowed from the
 * pki: that of the directory, or a self-signed one that depends on the key alone, minted when first
 * asked for. Safe from any thread. DONE or BROKEN.
 */
int pki_challenge_certificate(const struct certificate **out, const struct pki *pki,
	enum pki_role role, struct diag *diag);
