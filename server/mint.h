/*
 * The certificates of the deployment's own: CAs, RA, Intune service and policy
 * module. How each role's certificate looks is a row of a table; what is minted
 * is a function of the input alone, its serial number included, so that the
 * same input always gives the same bytes.
 */
#pragma once

#include "common/certificate_plan.h"
#include "server/pki.h"

/* Whose signature a certificate gets, and what the certificate says of it. Borrowed. */
struct mint_issuer {
	const struct certificate *certificate; /* NULL: self-signed */
	EVP_PKEY *key;
	const char *crl_url; /* NULL: none */
	const char *issuer_url;
	const struct digest_algorithm *digest; /* of the signature; NULL: SHA-256 */
	bool pss;                              /* RSASSA-PSS */
	unsigned edition; /* tells apart what is alike but for its serial number; 0: the first */
};

/*
 * Appends the Name of a role other than the RA's and the next CA's: "O=mock-ndes TEST ONLY,
 * CN=mock-ndes TEST ONLY Root CA", with `suffix` behind it where that is not NULL. DONE or REFUSED.
 */
int mint_subject(struct buffer *out, enum pki_role role, const char *suffix, struct diag *diag);

/*
 * Mints the certificate of a role for `key`. One with a limited life begins with the month of the
 * day before `now`, so that neither a restart nor a slow clock of a client makes a difference, and
 * lies within its issuer's unless it ended before that begins; the others are valid from 2020 to 2049.
 * One private-key operation. DONE
 * or BROKEN.
 */
int mint_certificate(struct certificate *out, enum pki_role role, struct bytes subject,
	EVP_PKEY *key, const struct mint_issuer *issuer, int64_t now, struct diag *diag);

/* Writes a serial as AD CS makes it (ndes-behaviour 2.3): an octet of the issuer's, the request
 * number, 8 octets of the caller's, 6 octets with the number again. Returns 19. */
size_t mint_serial(uint8_t out[CERTIFICATE_SERIAL_MAX], const struct certificate *issuer,
	uint32_t request_id, const uint8_t middle[8]);
