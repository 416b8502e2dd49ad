/*
 * What the machines of the deployment noted down while an exchange went through
 * them: events, calls from server to server, lines of the policy module's log. Stages
 * note it; `send` hands it to the logs, in this order, when the last byte is out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/event_catalogue.h"

struct exchange;

#define EVIDENCE_VALUES_MAX 4

/* A call between the policy module and CertificateRegistrationSvc: a line of the W3C log. */
struct evidence_call {
	const char *method;     /* static, as the other texts */
	const char *path;       /* "/CertificateRegistrationSvc/Certificate/VerifyRequest" */
	const char *user_agent; /* "NDES_Plugin" */
	unsigned port;
	unsigned status;
	unsigned substatus;
	uint32_t win32_status;
	unsigned sc_bytes;
	unsigned time_taken_ms;
};

enum evidence_kind {
	EVIDENCE_EVENT,
	EVIDENCE_CALL,
	EVIDENCE_PLUGIN_LINE,   /* of NDESPlugin.log */
	EVIDENCE_SERVICE_TRACE, /* of CertificateRegistrationPoint.svclog */
};

/* The logs of a deployment's machines. */
enum evidence_log {
	EVIDENCE_LOG_W3C,
	EVIDENCE_LOG_HTTPERR,
	EVIDENCE_LOG_EVENTS,
	EVIDENCE_LOG_PLUGIN,
	EVIDENCE_LOG_SERVICE_TRACE,
	EVIDENCE_LOG_COUNT,
};

struct evidence_note {
	enum evidence_kind kind;
	enum event event;
	char *values[EVIDENCE_VALUES_MAX]; /* of an event, NULL behind the last; [0] of a line */
	struct evidence_call call;
	bool written; /* by site_logs_write: CAPI2's log may be off */
};

/* All zero is none. */
struct evidence {
	struct evidence_note *notes;
	size_t count;
	unsigned lines
		[EVIDENCE_LOG_COUNT]; /* or events, that site_logs_write has put into each log */
};

/* Notes an event; the values stand for %1, %2, ... in its text and are copied; with NULL there
 * are none. */
#define evidence_event(exchange, event, ...)                                                       \
	evidence_event_of(exchange, event, (const char *const[]){__VA_ARGS__, NULL})

/* The same with values that end with NULL. */
void evidence_event_of(struct exchange *exchange, enum event event, const char *const *values);

/* Notes a call. */
void evidence_call(struct exchange *exchange, const struct evidence_call *call);

/* Notes a line of the log that `kind` says, printf-like. */
void evidence_line(struct exchange *exchange, enum evidence_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void evidence_done(struct evidence *evidence);
