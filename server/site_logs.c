#include "server/site_logs.h"

#include <stdlib.h>

#include "common/hresult.h"
#include "common/memory.h"
#include "server/event_log.h"
#include "server/httperr_log.h"
#include "server/ndes_plugin_log.h"
#include "server/operator_log.h"
#include "server/server.h"
#include "server/server_version.h"
#include "server/service_trace_log.h"
#include "server/setup_log.h"
#include "server/w3c_log.h"

struct site_logs {
	struct w3c_log *w3c;
	struct httperr_log *httperr;
	struct event_log *events;
	struct ndes_plugin_log *plugin;
	struct service_trace_log *service_trace;
};

int
site_logs_open(struct site_logs **out, const char *directory, unsigned site_number,
	const struct settings *settings, int64_t now, struct diag *diag)
{
	const struct version_row *version = server_version_row(settings->server_version);
	TEXT_CLEANUP char *folder = text_format("%s/W3SVC%u", directory, site_number);
	struct site_logs *logs = memory_new(1, sizeof(*logs));
	int outcome = w3c_log_open(&logs->w3c, directory, site_number,
		settings->log_fields ? settings->log_fields : version->log_fields, version->iis,
		diag);

	if (outcome == DONE)
		outcome = httperr_log_open(&logs->httperr, folder, settings->server_version, diag);
	if (outcome == DONE)
		outcome = setup_log_write(folder, settings, now, diag);
	logs->events = event_log_new(folder, settings->host_name);
	logs->plugin = ndes_plugin_log_new(folder);
	logs->service_trace = service_trace_log_new(folder, settings->host_name);
	if (outcome == DONE)
		*out = logs;
	else
		site_logs_close(logs);
	return outcome;
}

static void
tell(int outcome, const struct diag *diag)
{
	if (outcome != DONE && diag->object[0])
		operator_log_diag(diag);
}

/* CAPI2's log is off until somebody enables it (the seed, cause 2 of HTTP 503). */
static bool
is_enabled(const struct exchange *exchange, enum event event)
{
	bool capi2 = event >= EVENT_CAPI2_CHAIN && event <= EVENT_CAPI2_NOT_IN_TIME;

	return !capi2 || exchange->settings->capi2_log == CAPI2_LOG_ENABLED;
}

static const enum evidence_log log_of[] = {
	[EVIDENCE_EVENT] = EVIDENCE_LOG_EVENTS,
	[EVIDENCE_CALL] = EVIDENCE_LOG_W3C,
	[EVIDENCE_PLUGIN_LINE] = EVIDENCE_LOG_PLUGIN,
	[EVIDENCE_SERVICE_TRACE] = EVIDENCE_LOG_SERVICE_TRACE,
};

static void
write_note(struct site_logs *logs, struct exchange *exchange, struct evidence_note *note,
	int64_t now_ms)
{
	struct diag diag = {0};
	int outcome = DONE;

	if (note->kind == EVIDENCE_EVENT && !is_enabled(exchange, note->event))
		return;
	switch (note->kind) {
	case EVIDENCE_EVENT:
		event_log_add(logs->events, note->event, note->values, exchange->number, now_ms);
		break;
	case EVIDENCE_CALL:
		outcome = w3c_log_add_call(logs->w3c, exchange, &note->call, &diag);
		break;
	case EVIDENCE_PLUGIN_LINE:
		ndes_plugin_log_add(logs->plugin, note->values[0], now_ms);
		break;
	case EVIDENCE_SERVICE_TRACE:
		outcome = service_trace_log_write(
			logs->service_trace, note->values[0], now_ms, &diag);
		break;
	}
	note->written = true;
	exchange->evidence.lines[log_of[note->kind]]++;
	tell(outcome, &diag);
}

/* Notes the event of the NDES provider that belongs to how the message fared. */
static void
note_disposition(struct exchange *exchange)
{
	const struct disposition *disposition = &exchange->disposition;
	enum event event = event_catalogue_ndes(disposition->event);
	const struct hresult_row *row;
	char code[16];

	if (event == EVENT_NONE)
		return;
	row = hresult_find(disposition->error);
	snprintf(code, sizeof(code), "0x%08x", (unsigned)disposition->error);
	evidence_event(exchange, event, code, row ? row->name : exchange->diag.found);
}

void
site_logs_write(struct site_logs *logs, struct exchange *exchange)
{
	struct evidence *evidence = &exchange->evidence;
	int64_t now_ms = clock_now_ms(&exchange->site->clock);
	struct diag diag = {0};

	note_disposition(exchange);
	for (size_t i = 0; i < evidence->count; i++)
		write_note(logs, exchange, &evidence->notes[i], now_ms);
	tell(event_log_write(logs->events, &diag), &diag);
	diag = (struct diag){0};
	tell(ndes_plugin_log_write(logs->plugin, &diag), &diag);
	diag = (struct diag){0};
	evidence->lines[EVIDENCE_LOG_HTTPERR] += httperr_log_reason(exchange) != NULL;
	tell(httperr_log_write(logs->httperr, exchange, &diag), &diag);
	diag = (struct diag){0};
	evidence->lines[EVIDENCE_LOG_W3C] += w3c_log_has(exchange);
	tell(w3c_log_write(logs->w3c, exchange, &diag), &diag);
}

void
site_logs_lapse(struct site_logs *logs, const struct request *request, enum http_lapse how,
	unsigned status, int64_t now_ms)
{
	struct diag diag = {0};

	tell(httperr_log_write_lapse(logs->httperr, request, how, status, now_ms / 1000, &diag),
		&diag);
}

void
site_logs_event(struct site_logs *logs, enum event event, char *const *values, int64_t now_ms)
{
	struct diag diag = {0};

	event_log_add(logs->events, event, values, 0, now_ms);
	tell(event_log_write(logs->events, &diag), &diag);
}

void
site_logs_reopen(struct site_logs *logs)
{
	w3c_log_reopen(logs->w3c);
	httperr_log_reopen(logs->httperr);
	event_log_reopen(logs->events);
	ndes_plugin_log_reopen(logs->plugin);
	service_trace_log_reopen(logs->service_trace);
}

void
site_logs_close(struct site_logs *logs)
{
	if (!logs)
		return;
	w3c_log_close(logs->w3c);
	httperr_log_close(logs->httperr);
	event_log_free(logs->events);
	ndes_plugin_log_free(logs->plugin);
	service_trace_log_free(logs->service_trace);
	free(logs);
}
