/*
 * Who takes part in the messages of the fuzz targets: the same people with the
 * same keys in every run, so that a corpus stays good and whatever a mutator
 * changed can be signed and sealed anew.
 */
#pragma once

#include "common/certificate.h"
#include "common/cms.h"

/* Today, in seconds since 1970, for whoever looks at dates. */
#define PEOPLE_NOW INT64_C(1790000000)

/* What all their messages have in common. */
#define PEOPLE_CHALLENGE      "A1B2C3D4E5F60718"
#define PEOPLE_TRANSACTION_ID "0123456789abcdef"
#define PEOPLE_NONCE          "TEST ONLY nonce." /* of SCEP_NONCE_SIZE bytes */

enum person_role {
	PERSON_CA,
	PERSON_RA_SIGNING,
	PERSON_RA_ENCRYPTION,
	PERSON_DEVICE,
	PERSON_EC_DEVICE,
	PERSON_COUNT,
};

struct person {
	EVP_PKEY *key;
	struct certificate certificate; /* by the CA */
};

/* Makes them, and takes libcrypto's randomness into our hands; the first call into libcrypto of a
 * program. Ends the process by abort() when that fails. */
void people_start(void);

/* Makes what libcrypto draws next, some kilobytes of it, a function of `seed` alone. */
void people_draw(unsigned seed);

const struct person *people_get(enum person_role role);

/* Return who is named, or has this key; NULL: a stranger. */
const struct person *people_find(const struct cms_identifier *identifier);
const struct person *people_find_key(struct bytes spki);
