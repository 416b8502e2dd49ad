/*
 * Certificate revocation lists (RFC 5280 5).
 */
#pragma once

#include "common/certificate.h"

/* CRLReason, RFC 5280 5.3.1; unspecified is not written. */
enum crl_reason {
	REVOKED_UNSPECIFIED = 0,
	REVOKED_KEY_COMPROMISE = 1,
	REVOKED_CA_COMPROMISE = 2,
	REVOKED_AFFILIATION_CHANGED = 3,
	REVOKED_SUPERSEDED = 4,
	REVOKED_CESSATION_OF_OPERATION = 5,
	REVOKED_CERTIFICATE_HOLD = 6,
};

struct crl_entry {
	struct bytes serial; /* content octets of the INTEGER */
	int64_t revoked_at;  /* seconds since 1970 */
	enum crl_reason reason;
};

/* Views are borrowed until the plan has been signed. */
struct crl_plan {
	struct bytes issuer; /* Name */
	struct bytes authority_key_identifier;
	uint32_t number;
	int64_t this_update;
	int64_t next_update;
	const struct digest_algorithm *digest;
	bool pss; /* as of a certificate_plan */
	const struct crl_entry *entries;
	size_t entry_count;
};

/* Appends a signed DER CRL, v2. One private-key operation. DONE or BROKEN. */
int crl_plan_sign(
	struct buffer *out, const struct crl_plan *plan, EVP_PKEY *issuer_key, struct diag *diag);

/* A CRL as read. Owns a copy of its DER; views point into it. */
struct crl {
	struct buffer der;
	struct bytes tbs;
	struct bytes issuer;
	struct bytes signature;
	struct bytes signature_oid;
	struct bytes entries; /* the SEQUENCE OF revokedCertificates' content; empty: none */
	int64_t this_update;
	int64_t next_update; /* 0: not said */
};

/* A CRL that is released when its name goes out of scope. */
#define CRL_CLEANUP __attribute__((cleanup(crl_done)))

/* Decodes a DER CRL with nothing behind it, every entry included; keeps a copy. DONE or
 * REFUSED. */
int crl_read(struct crl *out, struct bytes der, struct diag *diag);

/* Returns whether the list has this serial. */
bool crl_lists(const struct crl *crl, struct bytes serial);

/* Checks the signature. DONE, REFUSED or BROKEN. */
int crl_verify(const struct crl *crl, EVP_PKEY *issuer, struct diag *diag);

/* Releases what it owns; all zero afterwards. */
void crl_done(struct crl *crl);
