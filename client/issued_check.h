/*
 * What a careful client holds against a certificate before it is kept: that it
 * is for its key, by the CA it knows, valid, and what was asked for.
 */
#pragma once

#include "client/ca_certificates.h"
#include "client/report.h"

/* Views are borrowed. */
struct issued_expectation {
	const struct ca_certificates *authority;
	struct bytes spki;             /* SubjectPublicKeyInfo of the CSR */
	struct bytes subject;          /* Name of the CSR */
	struct bytes subject_alt_name; /* GeneralNames of the CSR; empty: none were asked for */
	uint32_t key_usage;            /* enum key_usage bits of the CSR */
	int64_t now;
	const struct certificate *renewed; /* NULL: nothing is renewed */
};

/*
 * Finds the certificate for our key in the certs-only SignedData of a reply (RFC 8894 3.4; where it
 * stands does not matter), and checks its issuer, its dates, and that its serial number is not that of
 * the renewed one. What the CA changed of the subject, the alternative names or the key usage becomes a
 * warning, for a CA may; so do a place in which other clients look in vain, strangers beside it, and an
 * end that is near. DONE, REFUSED or BROKEN.
 */
int issued_check(struct certificate *out, const struct signed_data *answer,
	const struct issued_expectation *expected, struct report *report, struct diag *diag);
