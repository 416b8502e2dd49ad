#include "server/journal_entry.h"

#include "common/clock.h"
#include "common/hresult.h"
#include "common/json_writer.h"
#include "server/fault_note.h"
#include "server/httperr_log.h"
#include "server/journal_message.h"
#include "server/journal_redaction.h"
#include "server/journal_text.h"

static void
write_connection(struct buffer *out, const struct http_exchange *http)
{
	json_writer_open_object(out, "connection");
	json_writer_number(out, "number", (int64_t)http->request.connection);
	json_writer_number(out, "nth", http->request.nth);
	json_writer_word(out, "client_address", http->request.client_address);
	json_writer_number(out, "client_port", http->request.client_port);
	json_writer_word(out, "end", journal_text_end(http->end));
	json_writer_close_object(out);
}

static void
write_request(struct buffer *out, const struct exchange *exchange)
{
	const struct http_exchange *http = exchange->http;
	const struct request *request = &http->request;

	json_writer_open_object(out, "request");
	journal_text_write(out, "method", request->method);
	json_writer_text(out, "target", journal_text_cut(journal_redaction_target(exchange)));
	json_writer_number(out, "target_size", (int64_t)bytes_text(request->sent_target).size);
	journal_text_write(out, "user_agent", request_header(request, "User-Agent"));
	if (request->content_length >= 0)
		json_writer_number(out, "content_length", request->content_length);
	json_writer_number(out, "bytes", (int64_t)http->bytes_received);
	json_writer_close_object(out);
}

static void
write_repeat(struct buffer *out, const struct journal_repeat *repeat)
{
	if (repeat->exchange == 0)
		return;
	json_writer_open_object(out, "repeats");
	json_writer_number(out, "exchange", (int64_t)repeat->exchange);
	json_writer_word(out, "same", repeat->head_alone ? "head" : "request");
	if (repeat->ended)
		json_writer_word(out, "end", journal_text_end(repeat->end));
	json_writer_thousandths(out, "gap_ms", repeat->gap_us);
	json_writer_close_object(out);
}

static void
write_operation(struct buffer *out, const struct request *request)
{
	BUFFER_CLEANUP struct buffer operation = {0};

	if (journal_text_operation(&operation, request))
		json_writer_text(out, "operation", journal_text_cut(buffer_bytes(&operation)));
}

static void
write_stages(struct buffer *out, const struct exchange *exchange)
{
	const struct stage *stage;

	json_writer_open_array(out, "stages");
	for (unsigned i = 0; (stage = pipeline_stage(i)); i++)
		if (exchange->stages >> i & 1)
			json_writer_word(out, NULL, stage->name);
	json_writer_close_array(out);
	if (exchange->answered_by && exchange->http->end != HTTP_END_MALFORMED)
		json_writer_word(out, "answered_by", exchange->answered_by->name);
}

/* What is known of an answer that one of the stages gave. */
static void
write_answer(struct buffer *out, const struct exchange *exchange)
{
	const struct response *response = &exchange->http->response;
	const struct hresult_row *win32 = hresult_find((int32_t)response->win32_status);

	json_writer_number(out, "substatus", response->substatus);
	json_writer_number(out, "win32_status", response->win32_status);
	if (win32)
		json_writer_word(out, "win32_name", win32->name);
	journal_text_write(out, "content_type", response->content_type);
	json_writer_number(out, "body_size", (int64_t)response->body.size);
	json_writer_number(out, "bytes", (int64_t)exchange->http->bytes_sent);
}

static void
write_response(struct buffer *out, const struct exchange *exchange)
{
	static const char *const from_words[] = {
		[RESPONSE_FROM_HTTP_SYS] = "http_sys",
		[RESPONSE_FROM_IIS] = "iis",
		[RESPONSE_FROM_MSCEP] = "mscep",
		[RESPONSE_FROM_PROXY] = "proxy",
		[RESPONSE_FROM_MOCK] = "mock-ndes",
		[RESPONSE_FROM_HTTP_LIBRARY] = "http_library",
	};
	const struct response *response = &exchange->http->response;

	if (response->from == RESPONSE_FROM_NOBODY || send_plan_is_silent(&exchange->http->send))
		return;
	json_writer_open_object(out, "response");
	json_writer_word(out, "from", from_words[response->from]);
	if (response->from == RESPONSE_FROM_HTTP_SYS)
		journal_text_write(out, "reason", http_sys_error_reason(exchange->http_sys_error));
	json_writer_number(out, "status", response->status);
	if (response->from != RESPONSE_FROM_HTTP_LIBRARY)
		write_answer(out, exchange);
	json_writer_close_object(out);
}

static void
write_events(struct buffer *out, const struct evidence *evidence)
{
	json_writer_open_array(out, "events");
	for (size_t i = 0; i < evidence->count; i++)
		if (evidence->notes[i].kind == EVIDENCE_EVENT && evidence->notes[i].written)
			json_writer_number(
				out, NULL, event_catalogue_row(evidence->notes[i].event)->id);
	json_writer_close_array(out);
}

static void
write_evidence(struct buffer *out, const struct exchange *exchange)
{
	static const char *const names[] = {
		[EVIDENCE_LOG_W3C] = "W3C",
		[EVIDENCE_LOG_HTTPERR] = "HTTPERR",
		[EVIDENCE_LOG_EVENTS] = "eventlog",
		[EVIDENCE_LOG_PLUGIN] = "NDESPlugin.log",
		[EVIDENCE_LOG_SERVICE_TRACE] = "CertificateRegistrationPoint.svclog",
	};
	const struct evidence *evidence = &exchange->evidence;
	unsigned lines = 0;

	for (int log = 0; log < EVIDENCE_LOG_COUNT; log++)
		lines += evidence->lines[log];
	if (lines == 0)
		return;
	json_writer_open_array(out, "evidence");
	for (int log = 0; log < EVIDENCE_LOG_COUNT; log++) {
		if (evidence->lines[log] == 0)
			continue;
		json_writer_open_object(out, NULL);
		json_writer_word(out, "log", names[log]);
		json_writer_number(out, "lines", evidence->lines[log]);
		if (log == EVIDENCE_LOG_HTTPERR)
			journal_text_write(out, "reason", httperr_log_reason(exchange));
		if (log == EVIDENCE_LOG_EVENTS)
			write_events(out, evidence);
		json_writer_close_object(out);
	}
	json_writer_close_array(out);
}

static void
write_words(struct buffer *out, const struct exchange *exchange)
{
	char words[DIAG_TEXT_SIZE];

	if (exchange->diag.object[0] != '\0')
		json_writer_text(out, "words", bytes_text(diag_text(words, &exchange->diag)));
	if (exchange->broke)
		json_writer_boolean(out, "broke", true);
}

void
journal_entry_write(struct buffer *out, const struct exchange *exchange)
{
	const struct http_exchange *http = exchange->http;
	char time[CLOCK_TEXT_SIZE];

	json_writer_open_object(out, NULL);
	json_writer_number(out, "exchange", (int64_t)exchange->number);
	journal_text_write(out, "site", exchange->site->name);
	json_writer_word(out, "time", clock_text(time, exchange->arrived_ms));
	json_writer_thousandths(out, "duration_ms", (http->ended_ns - http->begun_ns) / 1000);
	write_connection(out, http);
	if (exchange->balanced_to)
		json_writer_number(out, "balanced_to", exchange->balanced_to);
	write_request(out, exchange);
	write_repeat(out, &exchange->repeat);
	write_operation(out, &http->request);
	journal_message_write(out, exchange);
	write_stages(out, exchange);
	write_response(out, exchange);
	fault_note_write(out, exchange);
	write_evidence(out, exchange);
	write_words(out, exchange);
	json_writer_close_object(out);
	buffer_append_byte(out, '\n');
}
