/*
 * One enrolment or renewal from the key to the files (RFC 8894 2.3 to 2.5).
 */
#pragma once

#include "client/identity.h"
#include "client/session.h"

/* How enrollment_run may end besides DONE, REFUSED (a check failed) and BROKEN. */
enum enrollment_outcome {
	ENROLLMENT_DENIED = 2,  /* the server answered FAILURE */
	ENROLLMENT_PENDING = 3, /* the server answered PENDING to the last poll too */
};

/* Owns what it holds. All zero before. */
struct enrollment {
	const struct arguments *arguments;
	struct report *report;
	/* enrollment_prepare */
	EVP_PKEY *key; /* to be certified */
	bool key_is_new;
	struct buffer key_pem;
	struct buffer spki;
	uint32_t key_usage;             /* what to ask for, enum key_usage bits */
	struct buffer subject;          /* Name */
	struct buffer subject_alt_name; /* GeneralNames; empty: none */
	struct identity renewed;        /* with --renew */
	EVP_PKEY *identity_key;         /* with --identity-key */
	struct buffer transaction_id;   /* text */
	/* enrollment_run */
	struct identity identity; /* signs the messages, unless `renewed` does */
	struct certificate issued;
};

#define ENROLLMENT_CLEANUP __attribute__((cleanup(enrollment_done)))

/*
 * Does all that needs no server: reads or makes keys, reads names, looks whether the files can be
 * written. DONE, REFUSED (the user can mend it) or BROKEN.
 */
int enrollment_prepare(struct enrollment *out, const struct arguments *arguments,
	struct report *report, struct diag *diag);

/* Enrols with an open session and writes the files. DONE, REFUSED, BROKEN or an
 * enum enrollment_outcome. */
int enrollment_run(struct enrollment *enrollment, struct session *session, struct diag *diag);

void enrollment_done(struct enrollment *enrollment);
