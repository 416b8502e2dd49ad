#include "server/journal_raw.h"

#include "server/exchange.h"
#include "server/http_raw.h"
#include "server/journal_redaction.h"

static void
append_all(struct buffer *out, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buffer_append_text(out, texts[i]);
}

#define APPEND(out, ...)                                                                           \
	append_all(out, (const char *const[]){__VA_ARGS__},                                        \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void
write_request_head(struct buffer *out, const struct request *request)
{
	APPEND(out, request->method, " ", request->sent_target, " ", request->version, "\r\n");
	for (size_t i = 0; i < request->header_count; i++)
		APPEND(out, request->headers[i].name, ": ", request->headers[i].value, "\r\n");
	buffer_append_text(out, "\r\n");
}

/* Cuts what was appended behind `begin`, and says so. */
static void
cut(struct buffer *out, size_t begin, struct journal_raw_part *part, size_t limit, const char *why)
{
	if (out->size - begin <= limit)
		return;
	part->missing += out->size - begin - limit;
	part->why = why;
	out->size = begin + limit;
}

/* Appends a body without copying what does not fit. */
static void
append_body(struct buffer *out, size_t begin, struct journal_raw_part *part, struct bytes body,
	size_t limit)
{
	size_t room = out->size - begin < limit ? limit - (out->size - begin) : 0;

	if (body.size > room) {
		part->missing += body.size - room;
		part->why = "it is longer than what is kept of one message";
		body.size = room;
	}
	buffer_append(out, body);
}

/* Says what the wire itself has not kept. */
static void
note_request(struct journal_raw_part *part, const struct http_exchange *http)
{
	const struct request *request = &http->request;

	if (request->chunked)
		part->why = "the body stands without the framing of its chunks";
	if (request->body.size < http->body_size) {
		part->why = "a body that nobody wanted is not kept";
		part->missing += http->body_size - request->body.size;
	}
}

void
journal_raw_write_request(struct buffer *out, struct journal_raw_part *part,
	const struct exchange *exchange, size_t limit)
{
	const struct http_exchange *http = exchange->http;
	size_t begin = out->size;

	*part = (struct journal_raw_part){0};
	if (journal_redaction_hides_request(exchange)) {
		part->missing = http->request.head_size + http->body_size;
		part->why = JOURNAL_REDACTION_WHY;
		return;
	}
	note_request(part, http);
	write_request_head(out, &http->request);
	cut(out, begin, part, limit, "it is longer than what is kept of one message");
	append_body(out, begin, part, buffer_bytes(&http->request.body), limit);
	part->size = out->size - begin;
}

/* Returns why nothing can be told of an answer, or NULL. */
static const char *
why_no_reply(const struct exchange *exchange)
{
	const struct http_exchange *http = exchange->http;

	if (http->response.from == RESPONSE_FROM_HTTP_LIBRARY)
		return "the HTTP library answered by itself";
	if (http->response.from == RESPONSE_FROM_NOBODY || !http->reason)
		return "there was no answer";
	if (journal_redaction_hides_reply(exchange))
		return JOURNAL_REDACTION_WHY;
	return NULL;
}

/* What is told of an answer of which not all was sent. */
static void
cut_reply(struct buffer *out, size_t begin, struct journal_raw_part *part,
	const struct http_exchange *http)
{
	if (http->end == HTTP_END_SENT)
		return;
	if (http->bytes_sent > 0)
		cut(out, begin, part, (size_t)http->bytes_sent, "it was sent so far");
	else
		part->why = "how much of it the client took is not known";
}

void
journal_raw_write_reply(struct buffer *out, struct journal_raw_part *part,
	const struct exchange *exchange, size_t limit)
{
	const struct http_exchange *http = exchange->http;
	size_t begin = out->size;

	*part = (struct journal_raw_part){.why = why_no_reply(exchange)};
	if (part->why || send_plan_is_silent(&http->send))
		return;
	http_raw_write_head(out, http);
	cut(out, begin, part, limit, "it is longer than what is kept of one message");
	if (http_raw_has_body(http))
		append_body(out, begin, part, buffer_bytes(&http->response.body), limit);
	cut_reply(out, begin, part, http);
	part->size = out->size - begin;
}
