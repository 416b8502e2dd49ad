#include "server/http_answer.h"

#include <assert.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/memory.h"
#include "server/http_connection.h"
#include "server/http_stream.h"
#include "server/tls.h"

/* How often is looked whether the bytes before a reset have left. */
#define RESET_WAIT_MS 5

/* Adds a header and returns how many bytes it takes on the wire. */
static size_t
put_header(struct MHD_Response *response, const char *name, const char *value)
{
	if (MHD_add_response_header(response, name, value) != MHD_YES)
		memory_exhausted();
	return strlen(name) + strlen(": ") + strlen(value) + strlen("\r\n");
}

static size_t
count_digits(size_t number)
{
	size_t count = 1;

	for (; number > 9; number /= 10)
		count++;
	return count;
}

/* How many bytes libmicrohttpd writes beside the headers of put_header. */
static size_t
frame_size(const struct http_exchange *exchange)
{
	unsigned status = exchange->response.status;
	size_t phrase = MHD_get_reason_phrase_len_for(status), body = exchange->response.body.size;
	size_t size = strlen("HTTP/1.1 200 \r\n\r\n") +
		(phrase > 0 ? phrase : strlen("Non-Standard Status"));

	if (status == MHD_HTTP_NO_CONTENT)
		return size;
	size += strlen("Content-Length: \r\n") + count_digits(body);
	if (status == MHD_HTTP_NOT_MODIFIED || strcmp(exchange->request.method, "HEAD") == 0)
		return size;
	return size + body;
}

/* Returns whether the connection is closed behind the answer. */
static bool
closes(const struct wire *wire)
{
	return wire->exchange.send.close_connection || wire->daemon->traffic->draining ||
		request_is_last(&wire->exchange.request);
}

static struct MHD_Response *
make_response(struct wire *wire)
{
	struct http_exchange *exchange = &wire->exchange;
	const struct response *from = &exchange->response;
	struct MHD_Response *response = from->endless
		? http_stream_response(wire)
		: MHD_create_response_from_buffer(
			  from->body.size, from->body.data, MHD_RESPMEM_PERSISTENT);

	if (!response)
		memory_exhausted();
	exchange->bytes_sent = frame_size(exchange);
	if (exchange->closes)
		exchange->bytes_sent += put_header(response, "Connection", "close");
	if (from->content_type)
		exchange->bytes_sent += put_header(response, "Content-Type", from->content_type);
	for (size_t i = 0; i < from->header_count; i++)
		exchange->bytes_sent +=
			put_header(response, from->headers[i].name, from->headers[i].value);
	return response;
}

/* Notes what libmicrohttpd and our own hand would both write. */
static void
note_head(struct wire *wire)
{
	wire->exchange.reason = MHD_get_reason_phrase_for(wire->exchange.response.status);
	wire->exchange.closes = closes(wire);
}

/* Sends the answer as HTTP has it. */
static enum MHD_Result
send_answer(struct wire *wire)
{
	unsigned status = wire->exchange.response.status;
	struct MHD_Response *response;
	enum MHD_Result result;

	wire->progress = ANSWERED;
	assert(status >= 200 && status <= 999);
	note_head(wire);
	wire->half_closed = http_connection_is_half_closed(socket_of(wire->connection));
	response = make_response(wire);
	result = MHD_queue_response(wire->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static ssize_t
write_socket(void *context, const void *data, size_t size)
{
	const struct wire *wire = context;

	if (wire->daemon->tls)
		return tls_write(session_of(wire->connection), data, size);
	return send(socket_of(wire->connection), data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

enum MHD_Result
http_answer_hold(struct wire *wire)
{
	wire->progress = HELD;
	MHD_suspend_connection(wire->connection);
	http_hold_put(wire->daemon->traffic->hold, &wire->held, socket_of(wire->connection),
		wire->hold_ms, wire->hold_until_writable);
	return MHD_YES;
}

/* Has the connection wait. What is not suspended yet is not suspended in the turn in which it was
 * read, see take_turn. */
static enum MHD_Result
hold(struct wire *wire, int64_t ms, bool until_writable)
{
	bool suspended_before = wire->progress == HELD;

	wire->hold_ms = ms;
	wire->hold_until_writable = until_writable;
	wire->held.due = false;
	wire->progress = AWAITS_HOLD;
	return suspended_before ? http_answer_hold(wire) : MHD_YES;
}

/* Returns whether a reset would throw away bytes that the kernel has taken and not sent. What it has
 * sent is not waited for: a delayed acknowledgement would make every reset late. */
static bool
must_wait_for_reset(struct wire *wire)
{
	int unsent = 0;

	return wire->reset_waited_ms < patience_of(wire) &&
		ioctl(socket_of(wire->connection), SIOCOUTQNSD, &unsent) == 0 && unsent > 0;
}

/* Returns whether a client has made no room for too long. */
static bool
is_stuck(const struct wire *wire)
{
	return wire->hold_until_writable && wire->held.due;
}

/* Goes on with an answer that is ours to send. */
static enum MHD_Result
go_on(struct wire *wire)
{
	int64_t ms = 0;

	switch (http_raw_go(&wire->raw, &ms, &wire->exchange.send, write_socket, wire)) {
	case HTTP_RAW_WAIT:
		return hold(wire, ms, false);
	case HTTP_RAW_WRITABLE:
		return hold(wire, patience_of(wire), true);
	case HTTP_RAW_RESET:
		if (must_wait_for_reset(wire)) {
			wire->reset_waited_ms += RESET_WAIT_MS;
			return hold(wire, RESET_WAIT_MS, false);
		}
		http_connection_reset(socket_of(wire->connection));
		break;
	case HTTP_RAW_CLOSE:
		break;
	}
	wire->progress = ANSWERED;
	return MHD_NO;
}

static enum MHD_Result
begin_raw(struct wire *wire)
{
	wire->raw_begun = true;
	note_head(wire);
	http_raw_init(&wire->raw, &wire->exchange);
	return go_on(wire);
}

enum MHD_Result
http_answer(struct wire *wire)
{
	const struct send_plan *plan = &wire->exchange.send;
	bool raw = http_raw_is_needed(plan);

	if (wire->held.left || wire->dropped || is_stuck(wire))
		return MHD_NO;
	if (plan->delay_ms > 0 && !wire->delayed) {
		wire->delayed = true;
		return hold(wire, plan->delay_ms, false);
	}
	if (!raw)
		return send_answer(wire);
	return wire->raw_begun ? go_on(wire) : begin_raw(wire);
}

/*
 * Returns how an exchange ended whose last byte is out.
 *
 * A client that had closed its connection before the answer has met the first byte with a reset,
 * which over loopback is here already. Of one that had closed its sending side alone, libmicrohttpd
 * does not learn when that came in one piece with the request. It is told here, and closes the
 * connection as soon as it has answered all that it has read.
 */
static enum http_end
end_of_answer(const struct wire *wire)
{
	if (!wire->half_closed)
		return HTTP_END_SENT;
	if (http_connection_is_reset(socket_of(wire->connection)))
		return HTTP_END_CLIENT_LEFT;
	shutdown(socket_of(wire->connection), SHUT_RD);
	return HTTP_END_SENT;
}

/* The body could not be read: what was to be answered behind it is not. The library may have answered. */
static enum http_end
end_of_unreadable(struct wire *wire, const union MHD_ConnectionInfo *status)
{
	response_done(&wire->exchange.response);
	if (status)
		response_set(&wire->exchange.response, RESPONSE_FROM_HTTP_LIBRARY,
			status->http_status, 0, 0);
	return HTTP_END_MALFORMED;
}

enum http_end
http_answer_end(struct wire *wire, enum MHD_RequestTerminationCode how)
{
	const union MHD_ConnectionInfo *status =
		MHD_get_connection_info(wire->connection, MHD_CONNECTION_INFO_HTTP_STATUS);

	if (how == MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN)
		return HTTP_END_SHUTDOWN;
	if (how == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED)
		return HTTP_END_TIMED_OUT;
	if (wire->client->unreadable)
		return end_of_unreadable(wire, NULL);
	if (wire->dropped)
		return HTTP_END_SHUTDOWN;
	if (wire->held.left)
		return HTTP_END_CLIENT_LEFT;
	if (is_stuck(wire))
		return HTTP_END_TIMED_OUT;
	if (wire->progress == ANSWERED && wire->raw_begun)
		return http_raw_end(&wire->raw, &wire->exchange.send);
	if (wire->progress == ANSWERED && how == MHD_REQUEST_TERMINATED_COMPLETED_OK)
		return end_of_answer(wire);
	if (wire->progress == ANSWERED || !status)
		return HTTP_END_CLIENT_LEFT;
	return end_of_unreadable(wire, status);
}
