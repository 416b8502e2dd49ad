/*
 * Prepares the requests, all before any clock starts, on every processor: no
 * two messages are alike, in transactionID, nonce, content key or request.
 */
#pragma once

#include "common/scep_request.h"

enum load_kind {
	LOAD_ENROL,  /* PKCSReq */
	LOAD_POLL,   /* CertPoll of what LOAD_ENROL with the same seed and `first` asked for */
	LOAD_DEVICE, /* GetCACaps, GetCACert, PKCSReq */
	LOAD_GET,    /* GET with a query */
};

struct load_requests_plan {
	enum load_kind kind;
	const char *host;        /* for the Host header: "127.0.0.1:8080" */
	const char *path;        /* "/certsrv/mscep/mscep.dll" */
	const char *query;       /* of LOAD_GET */
	const char *key_file;    /* the client's private key; NULL: a new one is made */
	const char *challenge;   /* of every PKCSReq, unless there are `challenges` */
	const char **challenges; /* one for each PKCSReq; or NULL */
	const char *cipher;      /* a name of algorithm.h */
	const char *digest;
	bool one_subject; /* all ask for the same subject */
	uint64_t seed;    /* transactionIDs are drawn from it */
	size_t first;     /* number of the first subject and transaction */
	size_t among;     /* numbers begin anew behind so many; 0: never */
	size_t count;     /* HTTP requests; of LOAD_DEVICE three for each */
};

struct load_requests {
	struct buffer *http;       /* `count` whole HTTP requests */
	struct certificate signer; /* self-signed, of all of them */
	EVP_PKEY *key;
};

/* How many of LOAD_DEVICE's requests belong to one device. */
#define LOAD_DEVICE_REQUESTS 3

/* Returns whether the answer to a request is a CertRep. */
bool load_requests_expect_reply(enum load_kind kind, size_t index);

/* Writes the transactionID of a request. */
void load_requests_transaction(
	struct buffer *out, const struct load_requests_plan *plan, size_t index);

/* Makes the requests, addressed to the certificate in `ca` (the body of GetCACert) that may encipher
 * keys; LOAD_GET needs none. One client key signs all of them. DONE, REFUSED or BROKEN. */
int load_requests_make(struct load_requests *out, const struct load_requests_plan *plan,
	struct bytes ca, struct diag *diag);

void load_requests_done(struct load_requests *requests, size_t count);
