/*
 * The HTTPERR log of http.sys: what it answered itself, clients that it dropped or
 * that went, and requests whose worker process died (ndes-behaviour 5.3). Files httperr1.log, httperr2.log, ..., each of
 * about a megabyte.
 */
#pragma once

#include "server/exchange.h"

struct httperr_log;

/* Writes into FOLDER/HTTPERR, made when missing, with the fields of this server version. DONE or
 * REFUSED. */
int httperr_log_open(
	struct httperr_log **out, const char *folder, int server_version, struct diag *diag);

/* Appends the line of a finished exchange, where http.sys writes one. I/O thread. DONE; BROKEN with
 * words when the file begins to fail. */
int httperr_log_write(struct httperr_log *log, const struct exchange *exchange, struct diag *diag);

/* Returns the s-reason of a finished exchange's line, static; NULL: it has none. */
const char *httperr_log_reason(const struct exchange *exchange);

/* Appends the line of a connection that ended without the request that it was to bring, answered with
 * `status` (0: not known), at `now` in seconds since 1970. As httperr_log_write. */
int httperr_log_write_lapse(struct httperr_log *log, const struct request *request,
	enum http_lapse how, unsigned status, int64_t now, struct diag *diag);

/* Has the next line open the last file that is in the folder then, or the first one, anew. I/O thread. */
void httperr_log_reopen(struct httperr_log *log);

/* Accepts NULL. */
void httperr_log_close(struct httperr_log *log);
