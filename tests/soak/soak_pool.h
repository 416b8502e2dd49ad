/*
 * The devices of one site, with the messages that they send: made before any load
 * begins, so that what the load costs is the server's. The site forgets between two
 * rounds what it has issued, and the devices begin anew with the same bytes.
 */
#pragma once

#include "common/certificate.h"
#include "common/scep.h"

#define SOAK_CHALLENGE "secret"

/* A key with its self-signed certificate; many devices share one. */
struct soak_identity {
	EVP_PKEY *key;
	struct certificate signer;
};

#define SOAK_RSA_IDENTITIES 4
#define SOAK_EC_IDENTITIES  4

struct soak_identities {
	struct soak_identity rsa[SOAK_RSA_IDENTITIES];
	struct soak_identity ec[SOAK_EC_IDENTITIES];
};

struct soak_device {
	const struct soak_identity *identity; /* borrowed */
	bool knows_challenge;                 /* else it is refused */
	char transaction_id[2 * SCEP_NONCE_SIZE + 1];
	uint8_t nonce[SCEP_NONCE_SIZE]; /* of both messages */
	struct buffer subject;          /* Name */
	struct buffer enrolment;        /* the HTTP request with a PKCSReq */
	struct buffer poll;             /* the one with a CertPoll */
};

struct soak_pool_plan {
	const struct soak_identities *identities; /* borrowed */
	const char *host;                         /* for the Host header */
	const char *path;                         /* of the SCEP URL; borrowed */
	bool mixed; /* EC keys and wrong challenges among them; else all can be issued */
	size_t count;
	struct bytes ca; /* the body of GetCACert: the RA's two certificates, then the CA's */
};

struct soak_pool {
	struct soak_pool_plan plan;
	struct soak_device *devices; /* plan.count */
	struct buffer ca_body;
	struct certificate ra_signing, ra_encryption, ca;
	EVP_PKEY *ra_signing_key, *ra_encryption_key, *ca_key;
};

/* DONE or BROKEN. */
int soak_identities_make(struct soak_identities *out, struct diag *diag);

void soak_identities_done(struct soak_identities *identities);

/* DONE, REFUSED when `ca` is not what a healthy site says, or BROKEN. The caller frees with
 * soak_pool_done whatever is returned. */
int soak_pool_make(struct soak_pool *out, const struct soak_pool_plan *plan, struct diag *diag);

void soak_pool_done(struct soak_pool *pool);

/* Appends the HTTP request of a RenewalReq: signed with the certificate that the device was given, for
 * the same subject. `nonce` is its senderNonce. DONE or BROKEN. */
int soak_pool_write_renewal(struct buffer *out, const struct soak_pool *pool,
	const struct soak_device *device, const struct certificate *issued,
	const uint8_t nonce[SCEP_NONCE_SIZE], struct diag *diag);
