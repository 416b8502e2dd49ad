/*
 * What a device makes of an answer: all of them are read, some are looked at as
 * a careful client does.
 */
#pragma once

#include "tests/soak/soak_pool.h"

/* Returns the pkiStatus of a CertRep, or -1 when it cannot be read. */
int soak_reply_status(struct bytes body);

/* What the device had asked for. */
struct soak_reply_wanted {
	const struct soak_pool *pool;
	const struct soak_device *device;
	const struct certificate *signer; /* of the request: to whom the reply is encrypted */
	const char *transaction_id;
	const uint8_t *nonce; /* SCEP_NONCE_SIZE */
};

/* Checks a SUCCESS: signature by the RA, transactionID, nonce; decrypts it; the certificate is of the
 * device's key and subject, valid now and signed by the CA. `issued` gets it. DONE, or REFUSED or
 * BROKEN with words. */
int soak_reply_check(struct certificate *issued, struct bytes body,
	const struct soak_reply_wanted *wanted, struct diag *diag);
