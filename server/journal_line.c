#include "server/journal_line.h"

#include "common/clock.h"
#include "common/hresult.h"
#include "common/name.h"
#include "server/journal_text.h"

/* How much is shown of what a client can make long. */
#define METHOD_SHOWN  16
#define TARGET_SHOWN  80
#define SUBJECT_SHOWN 120

/* Appends the operation, or the path when there is none, as far as it goes. */
static void
append_operation(struct buffer *out, const struct request *request)
{
	BUFFER_CLEANUP struct buffer operation = {0};
	bool named = journal_text_operation(&operation, request);

	buffer_append_byte(out, ' ');
	journal_text_print(out, named ? buffer_bytes(&operation) : request->path, TARGET_SHOWN);
}

static void
append_message(struct buffer *out, const struct scep_request *scep)
{
	BUFFER_CLEANUP struct buffer subject = {0};

	if (scep->message_type == 0)
		return;
	buffer_append_format(out, " %s", scep_message_type_name(scep->message_type));
	if (scep->csr.der.size == 0)
		return;
	name_text(&subject, scep->csr.subject);
	buffer_append_byte(out, ' ');
	journal_text_print(out, buffer_bytes(&subject), SUBJECT_SHOWN);
}

/* Appends "200", "404.15", "414 URL_Length by http.sys", "400 by the HTTP library", or that there was
 * none. */
static void
append_status(struct buffer *out, const struct exchange *exchange)
{
	const struct response *response = &exchange->http->response;

	if (response->from == RESPONSE_FROM_NOBODY || send_plan_is_silent(&exchange->http->send)) {
		buffer_append_text(out, " no answer");
		return;
	}
	buffer_append_format(out, " %u", response->status);
	if (response->substatus != 0)
		buffer_append_format(out, ".%u", response->substatus);
	if (response->from == RESPONSE_FROM_HTTP_SYS)
		buffer_append_format(
			out, " %s by http.sys", http_sys_error_reason(exchange->http_sys_error));
	else if (response->from == RESPONSE_FROM_HTTP_LIBRARY)
		buffer_append_text(out, " by the HTTP library");
}

static void
append_serial(struct buffer *out, const struct buffer *der)
{
	struct bytes serial;

	if (der->size == 0 || !certificate_find_serial(&serial, buffer_bytes(der)))
		return;
	buffer_append_text(out, " serial ");
	buffer_append_hex(out, serial);
}

/* Appends the pkiStatus and failInfo that the device was told, or that it was told none: what cannot
 * be decoded or decrypted, and what the reply cannot be encrypted for, gets no CertRep. */
static void
append_certrep(struct buffer *out, const struct exchange *exchange)
{
	const struct disposition *disposition = &exchange->disposition;

	if (exchange->reply.der.size == 0) {
		buffer_append_text(out, " no CertRep");
		return;
	}
	buffer_append_format(out, " %s", scep_status_name(disposition->status));
	if (disposition->status == SCEP_STATUS_FAILURE)
		buffer_append_format(out, " %s", scep_fail_info_name(disposition->fail_info));
}

/* Appends what became of a pkiMessage. */
static void
append_disposition(struct buffer *out, const struct exchange *exchange)
{
	const struct disposition *disposition = &exchange->disposition;

	if (exchange->reply.der.size == 0 && !disposition->reason)
		return;
	append_certrep(out, exchange);
	if (disposition->error != 0) {
		buffer_append_byte(out, ' ');
		hresult_describe(out, disposition->error);
	}
	if (disposition->reason)
		buffer_append_format(out, " %s", disposition->reason);
	if (exchange->verdict.used_by != 0)
		buffer_append_format(
			out, " by #%llu", (unsigned long long)exchange->verdict.used_by);
	append_serial(out, &exchange->issuance.certificate);
}

/* Appends the words of the diag where they tell why something was not served. */
static void
append_words(struct buffer *out, const struct exchange *exchange)
{
	char words[DIAG_TEXT_SIZE];

	if (exchange->diag.object[0] == '\0' || (!exchange->disposition.reason && !exchange->broke))
		return;
	buffer_append_text(out, exchange->broke ? " (our failure: " : " (");
	journal_text_print(out, bytes_text(diag_text(words, &exchange->diag)), DIAG_TEXT_SIZE);
	buffer_append_byte(out, ')');
}

void
journal_line_write(struct buffer *out, const struct exchange *exchange)
{
	const struct http_exchange *http = exchange->http;
	char time[CLOCK_TEXT_SIZE];

	/* The time of day out of "2026-01-31T23:59:58.747Z". */
	buffer_append_format(out, "%.12s #%llu ", clock_text(time, exchange->arrived_ms) + 11,
		(unsigned long long)exchange->number);
	if (exchange->site->number != SITE_NUMBER_DEFAULT)
		buffer_append_format(out, "[%s] ", exchange->site->name);
	journal_text_print(out, bytes_text(http->request.method), METHOD_SHOWN);
	append_operation(out, &http->request);
	append_message(out, exchange->message.scep);
	buffer_append_text(out, " ->");
	append_status(out, exchange);
	append_disposition(out, exchange);
	append_words(out, exchange);
	if (exchange->repeat.exchange)
		buffer_append_format(
			out, " repeats #%llu", (unsigned long long)exchange->repeat.exchange);
	if (http->end != HTTP_END_SENT)
		buffer_append_format(out, " %s", journal_text_end(http->end));
	buffer_append_format(
		out, " %lld ms\n", (long long)(http->ended_ns - http->begun_ns) / 1000000);
}
