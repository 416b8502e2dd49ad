/*
 * The certificates of GetCACert and what each of them is for (RFC 8894
 * 4.2.1): the CA that issues, the RA that signs answers, the RA to which
 * messages are encrypted. They are told apart by basicConstraints and
 * keyUsage, since no order can be relied upon.
 */
#pragma once

#include "client/fingerprint.h"
#include "client/http.h"
#include "common/signed_data.h"

/* The longest chain we follow, and the certificates of one. */
#define CA_CHAIN_MAX 8

/* Owns the certificates and their keys. All zero before. */
struct ca_certificates {
	struct certificate list[LIMIT_CERTIFICATES]; /* in the order they came */
	EVP_PKEY *keys[LIMIT_CERTIFICATES];
	size_t count;
	const struct certificate *issuing_ca;
	const struct certificate *signing;    /* signs answers; the CA itself when there is no RA */
	const struct certificate *encryption; /* messages go to it; likewise */
};

void ca_certificates_done(struct ca_certificates *authority);

/*
 * Reads the answer to GetCACert: one certificate (application/x-x509-ca-cert) or a certs-only
 * SignedData (application/x-x509-ca-ra-cert), and finds who is who. DONE, REFUSED or BROKEN.
 */
int ca_certificates_read(
	struct ca_certificates *out, const struct http_reply *reply, struct diag *diag);

/*
 * Checks that every RA certificate was issued by a CA of the list, and that all that are used are
 * valid at `now`. DONE, REFUSED or BROKEN.
 */
int ca_certificates_check(const struct ca_certificates *authority, int64_t now, struct diag *diag);

/* Checks that the issuing CA or one above it has this fingerprint. DONE, REFUSED or BROKEN. */
int ca_certificates_check_fingerprint(const struct ca_certificates *authority,
	const struct fingerprint *fingerprint, struct diag *diag);

/*
 * Finds the CA certificates of the list above this one, its issuer first, as far as they are
 * there; by name and signature. Returns how many.
 */
size_t ca_certificates_chain(const struct certificate *out[CA_CHAIN_MAX],
	const struct ca_certificates *authority, const struct certificate *certificate);

/* Returns the key of a certificate of the list. */
EVP_PKEY *ca_certificates_key(
	const struct ca_certificates *authority, const struct certificate *certificate);

/* Returns what a certificate of the list is for: "RA signing", "CA". */
const char *ca_certificates_role(
	const struct ca_certificates *authority, const struct certificate *certificate);
