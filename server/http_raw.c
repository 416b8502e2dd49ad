#include "server/http_raw.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

bool
http_raw_is_needed(const struct send_plan *plan)
{
	return plan->cut != SEND_CUT_NOWHERE || plan->end != SEND_END_AS_HTTP ||
		plan->drip_bytes > 0 || plan->status_line;
}

bool
http_raw_has_body(const struct http_exchange *exchange)
{
	unsigned status = exchange->response.status;

	return status >= 200 && status != 204 && status != 304 &&
		strcmp(exchange->request.method, "HEAD") != 0;
}

static void
write_status_line(struct buffer *out, const struct http_exchange *exchange)
{
	if (exchange->send.status_line) {
		buffer_append_text(out, exchange->send.status_line);
	} else {
		buffer_append_text(out, "HTTP/1.1 ");
		buffer_append_decimal(out, exchange->response.status);
		buffer_append_byte(out, ' ');
		buffer_append_text(out, exchange->reason);
	}
	buffer_append_text(out, "\r\n");
}

static void
write_header(struct buffer *out, const char *name, const char *value)
{
	buffer_append_text(out, name);
	buffer_append_text(out, ": ");
	buffer_append_text(out, value);
	buffer_append_text(out, "\r\n");
}

size_t
http_raw_write_head(struct buffer *out, const struct http_exchange *exchange)
{
	const struct response *response = &exchange->response;
	size_t before = out->size, line;

	write_status_line(out, exchange);
	line = out->size - before;
	if (exchange->closes)
		write_header(out, "Connection", "close");
	if (response->content_type)
		write_header(out, "Content-Type", response->content_type);
	for (size_t i = 0; i < response->header_count; i++)
		write_header(out, response->headers[i].name, response->headers[i].value);
	if (response->status != 204) {
		buffer_append_text(out, "Content-Length: ");
		buffer_append_decimal(out, (int64_t)response->body.size);
		buffer_append_text(out, "\r\n");
	}
	buffer_append_text(out, "\r\n");
	return line;
}

/* Returns how much of `total` bytes is sent; the head has `head` of them, its first line `line`. */
static size_t
cut(const struct send_plan *plan, size_t line, size_t head, size_t total)
{
	size_t body = total - head;

	switch (plan->cut) {
	case SEND_CUT_NOWHERE:
		return total;
	case SEND_CUT_BEFORE_HEAD:
		return 0;
	case SEND_CUT_IN_HEAD:
		return line + (head - line) / 2;
	case SEND_CUT_BEHIND_HEAD:
		return head;
	case SEND_CUT_IN_BODY:
		break;
	}
	/* A short body is cut too, before its last byte. */
	if (plan->cut_body < body)
		return head + (size_t)plan->cut_body;
	return body ? total - 1 : head;
}

void
http_raw_init(struct http_raw *raw, const struct http_exchange *exchange)
{
	const struct send_plan *plan = &exchange->send;
	size_t line, head;

	if (plan->cut == SEND_CUT_BEFORE_HEAD)
		return;
	line = http_raw_write_head(&raw->bytes, exchange);
	head = raw->bytes.size;
	if (http_raw_has_body(exchange))
		buffer_append(&raw->bytes, buffer_bytes(&exchange->response.body));
	raw->size = cut(plan, line, head, raw->bytes.size);
}

/* Sends what may be sent now. Returns whether the socket has taken it. */
static bool
write_some(struct http_raw *raw, const struct send_plan *plan, http_raw_write *write, void *context)
{
	size_t limit = raw->size;
	ssize_t taken;

	if (plan->drip_bytes && raw->size - raw->sent > plan->drip_bytes)
		limit = raw->sent + (size_t)plan->drip_bytes;
	while (raw->sent < limit) {
		taken = write(context, raw->bytes.data + raw->sent, limit - raw->sent);
		if (taken < 0 && errno == EINTR)
			continue;
		if (taken < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return false;
		if (taken <= 0) {
			raw->broken = true;
			return true;
		}
		raw->sent += (size_t)taken;
	}
	return true;
}

enum http_raw_step
http_raw_go(struct http_raw *raw, int64_t *wait_ms, const struct send_plan *plan,
	http_raw_write *write, void *context)
{
	if (!write_some(raw, plan, write, context))
		return HTTP_RAW_WRITABLE;
	if (raw->broken)
		return HTTP_RAW_CLOSE;
	if (raw->sent < raw->size) {
		*wait_ms = plan->drip_ms;
		return HTTP_RAW_WAIT;
	}
	if (plan->end == SEND_END_STALL && !raw->stalled) {
		raw->stalled = true;
		*wait_ms = plan->stall_ms;
		return HTTP_RAW_WAIT;
	}
	return plan->end == SEND_END_RESET ? HTTP_RAW_RESET : HTTP_RAW_CLOSE;
}

enum http_end
http_raw_end(const struct http_raw *raw, const struct send_plan *plan)
{
	if (raw->broken)
		return HTTP_END_CLIENT_LEFT;
	if (plan->end == SEND_END_RESET)
		return HTTP_END_RESET_BY_PLAN;
	if (plan->end == SEND_END_STALL)
		return HTTP_END_STALLED_BY_PLAN;
	return raw->sent < raw->bytes.size || plan->cut == SEND_CUT_BEFORE_HEAD
		? HTTP_END_CLOSED_BY_PLAN
		: HTTP_END_SENT;
}

void
http_raw_done(struct http_raw *raw)
{
	buffer_done(&raw->bytes);
}
