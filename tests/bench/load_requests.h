/*
 * Prepares PKCSReq messages, all before any clock starts.
 */
#pragma once

#include "common/scep_request.h"

struct load_requests_plan {
	const char *host; /* for the Host header: "127.0.0.1:8080" */
	const char *path; /* "/certsrv/mscep/mscep.dll" */
	const char *challenge;
	const char *cipher; /* a name of algorithm.h */
	const char *digest;
	bool one_subject; /* all ask for the same subject */
	size_t count;
};

struct load_requests {
	struct buffer *http;       /* `count` whole HTTP requests */
	struct certificate signer; /* self-signed, of all of them */
	EVP_PKEY *key;
};

/* Makes the requests, addressed to the certificate in `ca` (the body of GetCACert) that may encipher
 * keys. One client key signs all of them. DONE, REFUSED or BROKEN. */
int load_requests_make(struct load_requests *out, const struct load_requests_plan *plan,
	struct bytes ca, struct diag *diag);

void load_requests_done(struct load_requests *requests, size_t count);
