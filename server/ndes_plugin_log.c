#include "server/ndes_plugin_log.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "server/log_file.h"

struct ndes_plugin_log {
	struct log_file file;
	struct buffer lines; /* to be written */
};

struct ndes_plugin_log *
ndes_plugin_log_new(const char *folder)
{
	struct ndes_plugin_log *log = memory_new(1, sizeof(*log));

	log_file_init(&log->file, text_format("%s/NDESPlugin.log", folder));
	return log;
}

void
ndes_plugin_log_add(struct ndes_plugin_log *log, const char *text, int64_t now_ms)
{
	char date[CLOCK_TEXT_SIZE];

	buffer_append_text(&log->lines, text);
	buffer_append_text(&log->lines, "\tNDESPlugin\t");
	buffer_append_text(&log->lines, clock_windows_text(date, now_ms / 1000, false));
	buffer_append_text(&log->lines, "\r\n");
}

int
ndes_plugin_log_write(struct ndes_plugin_log *log, struct diag *diag)
{
	int outcome = DONE;

	if (log->lines.size > 0)
		outcome = log_file_append(&log->file, buffer_bytes(&log->lines), diag);
	buffer_clear(&log->lines);
	return outcome;
}

void
ndes_plugin_log_reopen(struct ndes_plugin_log *log)
{
	log_file_reopen(&log->file);
}

void
ndes_plugin_log_free(struct ndes_plugin_log *log)
{
	if (!log)
		return;
	log_file_done(&log->file);
	buffer_done(&log->lines);
	free(log);
}
