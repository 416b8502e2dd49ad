/*
 * The logs of one site, all in a folder of its own, DIRECTORY/W3SVC<number>:
 *
 *   u_ex<date>.log            the W3C log of IIS
 *   HTTPERR/httperr<n>.log    that of http.sys
 *   eventlog.jsonl, .txt      Application, System and CAPI2 events
 *   NDESPlugin.log            of Intune's policy module
 *   CertificateRegistrationPoint.svclog   of the NDES connector
 *   SetupMsi.log              of the connector's installation
 */
#pragma once

#include "server/exchange.h"

struct site_logs;

/* Opens the logs of a site below `directory`. DONE or REFUSED. */
int site_logs_open(struct site_logs **out, const char *directory, unsigned site_number,
	const struct settings *settings, int64_t now, struct diag *diag);

/* Writes down a finished exchange, in all logs that the real machines would have written, and says in
 * its evidence which those were. I/O thread. Failures are told to the operator. */
void site_logs_write(struct site_logs *logs, struct exchange *exchange);

/* Writes down a connection that ended without the request that it was to bring; `status` as for the
 * service of http.h. I/O thread. */
void site_logs_lapse(struct site_logs *logs, const struct request *request, enum http_lapse how,
	unsigned status, int64_t now_ms);

/* Writes an event that no exchange caused; `values` as event_log_write. From any thread. */
void site_logs_event(struct site_logs *logs, enum event event, char *const *values, int64_t now_ms);

/* Has the next lines open their files anew, as somebody may have renamed them. I/O thread. */
void site_logs_reopen(struct site_logs *logs);

/* Accepts NULL. */
void site_logs_close(struct site_logs *logs);
