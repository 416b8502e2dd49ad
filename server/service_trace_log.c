#include "server/service_trace_log.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "server/html.h"
#include "server/log_file.h"

#define SERVICE "CertificateRegistrationPoint"

/* Type, SubType and Level as the listener writes them for TraceEventType.Information. */
static const char head[] =
	"<E2ETraceEvent xmlns=\"http://schemas.microsoft.com/2004/06/E2ETraceEvent\">"
	"<System xmlns=\"http://schemas.microsoft.com/2004/06/windows/eventlog/system\">"
	"<EventID>0</EventID><Type>3</Type><SubType Name=\"Information\">0</SubType>"
	"<Level>8</Level>";

struct service_trace_log {
	struct log_file file;
	char *computer;
};

struct service_trace_log *
service_trace_log_new(const char *folder, const char *computer)
{
	struct service_trace_log *log = memory_new(1, sizeof(*log));

	log->computer = text_copy(computer);
	log_file_init(&log->file, text_format("%s/" SERVICE ".svclog", folder));
	return log;
}

int
service_trace_log_write(
	struct service_trace_log *log, const char *text, int64_t now_ms, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer line = {0};
	char time[CLOCK_TEXT_SIZE];

	buffer_append_text(&line, head);
	buffer_append_format(&line,
		"<TimeCreated SystemTime=\"%s\" /><Source Name=\"" SERVICE "\" />"
		"<Computer>%s</Computer></System><ApplicationData>",
		clock_text(time, now_ms), log->computer);
	html_escape(&line, bytes_text(text));
	buffer_append_text(&line, "</ApplicationData></E2ETraceEvent>\n");
	return log_file_append(&log->file, buffer_bytes(&line), diag);
}

void
service_trace_log_reopen(struct service_trace_log *log)
{
	log_file_reopen(&log->file);
}

void
service_trace_log_free(struct service_trace_log *log)
{
	if (!log)
		return;
	log_file_done(&log->file);
	free(log->computer);
	free(log);
}
