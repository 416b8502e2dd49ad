/*
 * One run's talk with one server: the connection, what the server said of
 * itself, and what follows from that.
 */
#pragma once

#include "client/arguments.h"
#include "client/ca_certificates.h"
#include "client/report.h"
#include "common/clock.h"
#include "common/random.h"

/* All zero before. The arguments and the report are borrowed. */
struct session {
	const struct arguments *arguments;
	struct report *report;
	struct clock clock;
	struct random random;
	struct http_settings http_settings;
	struct http_client *http;
	/* session_open */
	unsigned capabilities; /* enum scep_capability bits, as announced */
	struct negotiation negotiation;
	struct ca_certificates authority;
};

#define SESSION_CLEANUP __attribute__((cleanup(session_done)))

/* Prepares a session; nothing is sent. DONE or BROKEN. */
int session_init(struct session *session, const struct arguments *arguments, struct report *report,
	struct diag *diag);

/*
 * Asks for the capabilities and the certificates, checks the latter by themselves and against the
 * fingerprint that was given, and chooses method and algorithms. DONE, REFUSED or BROKEN.
 */
int session_open(struct session *session, struct diag *diag);

/* Checks that the issuing CA or one above it has this fingerprint, and tells whose word that is.
 * DONE, REFUSED or BROKEN. */
int session_check_fingerprint(struct session *session, const struct fingerprint *fingerprint,
	const char *source, struct diag *diag);

/* Sends a request and tells of it when it fails. Returns as http_client_send. */
int session_send(struct session *session, struct http_reply *out, const char *step,
	const struct http_request *request, struct diag *diag);

/* Refuses an answer to `step` whose status is not 200, and tells of it. DONE or REFUSED. */
int session_check_status(struct session *session, const char *step,
	const struct http_request *request, const struct http_reply *reply, struct diag *diag);

void session_done(struct session *session);
