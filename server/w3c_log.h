/*
 * The W3C extended log of IIS: one file a day in a folder for each site
 * (ndes-behaviour 5.1).
 */
#pragma once

#include "server/exchange.h"

struct w3c_log;

/*
 * Opens DIRECTORY/W3SVC<number>/, made when missing. `fields` are the names behind "#Fields: "; one
 * that IIS does not have is REFUSED with the nearest one. `iis` is the version in "#Software". The
 * file of the UTC day is opened at the first line; its header is written at each start. DONE, or
 * REFUSED.
 */
int w3c_log_open(struct w3c_log **out, const char *directory, unsigned site_number,
	const char *fields, const char *iis, struct diag *diag);

/*
 * Appends the line of a finished exchange behind those of its calls, with one write; they are in the
 * file when this returns. What never reached IIS has no line: answers of http.sys and of a proxy in
 * front, and no answer at all. DONE; BROKEN with words when the file begins to fail.
 */
int w3c_log_write(struct w3c_log *log, const struct exchange *exchange, struct diag *diag);

/* Adds the line of a call between the policy module and the connector's site, which belongs to an
 * exchange; w3c_log_write of that exchange writes it. I/O thread. DONE; BROKEN as w3c_log_write, about
 * lines of the day before. */
int w3c_log_add_call(struct w3c_log *log, const struct exchange *exchange,
	const struct evidence_call *call, struct diag *diag);

/* Returns whether a finished exchange has a line. */
bool w3c_log_has(const struct exchange *exchange);

/* Has the next line open the file of its day anew, and begin it with a header. */
void w3c_log_reopen(struct w3c_log *log);

void w3c_log_close(struct w3c_log *log);
