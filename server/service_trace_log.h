/*
 * CertificateRegistrationPoint.svclog, which the NDES connector wrote: a line an
 * entry, in the form of .NET's XmlWriterTraceListener, with the words that the documents
 * look for (ndes-behaviour 4.2, 7.2 I5).
 */
#pragma once

#include <stdint.h>

#include "common/diag.h"

struct service_trace_log;

/* Writes FOLDER/CertificateRegistrationPoint.svclog; the folder is there. `computer` is copied. */
struct service_trace_log *service_trace_log_new(const char *folder, const char *computer);

/* Appends an entry, without control characters in `text`. I/O thread. DONE; BROKEN with words when the
 * file begins to fail. */
int service_trace_log_write(
	struct service_trace_log *log, const char *text, int64_t now_ms, struct diag *diag);

/* Has the next entry open the file anew. I/O thread. */
void service_trace_log_reopen(struct service_trace_log *log);

/* Accepts NULL. */
void service_trace_log_free(struct service_trace_log *log);
