/*
 * People for the client's tests: keys with certificates as a deployment has
 * them, made on the spot.
 */
#pragma once

#include "client/ca_certificates.h"
#include "client/identity.h"
#include "client/report.h"

/* What a certificate is to be; unset members give a device of today. */
struct person_plan {
	const char *subject;           /* "CN=device" */
	const struct identity *issuer; /* NULL: itself */
	bool is_ca;
	uint32_t key_usage; /* 0: no keyUsage */
	int64_t not_before; /* 0: yesterday */
	int64_t not_after;  /* 0: in a year */
	const char *curve;  /* NULL: RSA */
	EVP_PKEY *key;      /* NULL: a new one; otherwise taken over */
	struct bytes names; /* subjectAltName */
};

/* The time at which all this takes place. */
int64_t support_now(void);

/* Makes a key and its certificate; serials are never the same twice. */
void support_person(struct identity *out, const struct person_plan *plan);

/* A root, an issuing CA and the two RA certificates of an NDES. */
struct deployment {
	struct identity root;
	struct identity ca;
	struct identity signing;
	struct identity encryption;
};

void deployment_init(struct deployment *out);
void deployment_done(struct deployment *deployment);

/* Makes the answer to GetCACert out of these certificates. */
void support_ca_reply(struct http_reply *out, const struct identity *const *people, size_t count);

/* Reads what the deployment gives: RA signing, RA encryption, CA, root. */
void support_authority(struct ca_certificates *out, const struct deployment *deployment);

/* Starts a report that prints nothing and keeps everything. */
void support_report(struct report *report);

/* Returns whether one of the report's warnings holds this text. */
bool support_warned(const struct report *report, const char *text);
