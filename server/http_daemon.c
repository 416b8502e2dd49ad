#include "server/http_daemon.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "server/http_answer.h"
#include "server/http_connection.h"
#include "server/http_hangup.h"
#include "server/http_head.h"
#include "server/http_patience.h"
#include "server/http_stuck.h"
#include "server/http_wait.h"
#include "server/tls.h"

/* A URL of 65,534 bytes and headers of 16 KiB must arrive, so that the answer to them, and to one byte more, is that of
 * http.sys: max_request_bytes as it stands, some 2 KiB of the library's notes on headers, and the head of the answer. It
 * stays resident while the connection is kept. */
#define CONNECTION_MEMORY (84 * 1024)

/* How much is reserved for a body because a Content-Length says so. */
#define BODY_RESERVE_MAX (1024 * 1024)

/* After how many turns without rest is looked whether the library is stuck. */
#define RESTLESS_TURNS 32

static struct wire *
wire_of(struct http_job *job)
{
	return (struct wire *)((char *)job - offsetof(struct wire, job));
}

static void
work(struct http_job *job)
{
	struct wire *wire = wire_of(job);
	const struct http_service *service = wire->daemon->service;

	service->work(service->context, &wire->exchange);
}

static struct http_workers *
workers_of(const struct wire *wire)
{
	const struct http_traffic *traffic = wire->daemon->traffic;

	return wire->works_long ? traffic->long_workers : traffic->workers;
}

/* --- connections and request lines ------------------------------------------ */

static struct http_connection *
begin_connection(struct http_daemon *daemon, struct MHD_Connection *mhd)
{
	const struct http_service *service = daemon->service;
	struct http_connection *connection = http_connection_new(socket_of(mhd),
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
		++daemon->traffic->connections);

	if (daemon->tls)
		connection->tls = tls_session_begin(daemon->tls, session_of(mhd));
	connection->timeout =
		service->timeout ? service->timeout(service->context) : daemon->timeout;
	http_patience_begin(daemon, connection, mhd);
	http_awaited_first(&daemon->awaited, connection);
	http_hangup_watch(daemon->traffic->hangups, connection);
	return connection;
}

/* Tells the service of a connection that ends without the head that it was to bring. */
static void
report_lapse(struct http_daemon *daemon, struct http_connection *connection,
	const struct request *request, unsigned status)
{
	const struct http_service *service = daemon->service;
	enum http_lapse how;

	if (service->lapsed && !daemon->traffic->draining &&
		http_awaited_explain(&how, connection, status != 0))
		service->lapsed(service->context, request, how, status);
	http_awaited_end(&daemon->awaited, connection);
}

static void
end_connection(struct http_daemon *daemon, struct http_connection *connection)
{
	struct request request = {0};

	http_connection_begin(connection, &request);
	report_lapse(daemon, connection, &request, 0);
	http_patience_end(daemon, connection);
	tls_session_end(connection->tls);
	daemon->traffic->ended++;
	free(connection);
}

static void
on_connection(void *context, struct MHD_Connection *mhd, void **socket_context,
	enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		*socket_context = begin_connection(context, mhd);
	else
		end_connection(context, *socket_context);
}

/* A request line has arrived; what is returned comes back with every later call. */
static void *
on_request_line(void *context, const char *target, struct MHD_Connection *mhd)
{
	struct http_connection *connection =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	struct wire *wire = http_head_begin(target);

	wire->job.run = work;
	wire->daemon = context;
	wire->connection = mhd;
	wire->client = connection;
	wire->exchange.request.secure = wire->daemon->tls != NULL;
	http_awaited_line(connection);
	http_connection_begin(connection, &wire->exchange.request);
	return wire;
}

/* --- the course of an exchange ------------------------------------------------ */

static void
finish(struct wire *wire, enum MHD_RequestTerminationCode how)
{
	struct http_exchange *exchange = &wire->exchange;
	const struct http_service *service = wire->daemon->service;

	exchange->end = http_answer_end(wire, how);
	exchange->body_missing = wire->progress == AWAITS_BODY || wire->progress == AWAITS_ANSWER;
	exchange->ended_ns = clock_monotonic_ns();
	exchange->bytes_received = exchange->request.head_size + exchange->body_size;
	if (wire->raw_begun)
		exchange->bytes_sent = wire->raw.sent;
	else if (exchange->end != HTTP_END_SENT)
		exchange->bytes_sent = 0;
	http_raw_done(&wire->raw);
	service->finished(service->context, exchange);
	wire->daemon->traffic->open--;
	wire->daemon->traffic->streams -= wire->streams;
	buffer_done(&exchange->request.body);
	response_done(&exchange->response);
}

/* Returns whether another request may come over the connection of a finished exchange. */
static bool
goes_on(const struct wire *wire)
{
	return wire->exchange.end == HTTP_END_SENT && !wire->exchange.closes && !wire->raw_begun;
}

static void
on_completed(void *context, struct MHD_Connection *mhd, void **exchange,
	enum MHD_RequestTerminationCode how)
{
	struct wire *wire = *exchange;
	const struct request *request = &wire->exchange.request;
	const union MHD_ConnectionInfo *status =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_HTTP_STATUS);
	bool counted =
		!request->chunked && !request->expects_continue && !wire->exchange.response.endless;

	if (wire->progress == AWAITS_HEAD) {
		report_lapse(wire->daemon, wire->client, request, status ? status->http_status : 0);
	} else {
		finish(wire, how);
		if (goes_on(wire))
			http_awaited_next(
				&wire->daemon->awaited, wire->client, &wire->exchange, counted);
		http_hangup_resume(wire->daemon->traffic->hangups, wire->client);
	}
	free(wire->headers);
	free(wire);
}

/* The head has arrived; nothing may be answered now that is to leave the connection open. */
static enum MHD_Result
take_head(struct wire *wire, const char *method, const char *version)
{
	struct http_exchange *exchange = &wire->exchange;
	struct request *request = &exchange->request;
	const struct http_service *service = wire->daemon->service;

	http_head_fill(wire, method, version);
	http_awaited_body(wire->client);
	wire->daemon->traffic->open++;
	if (service->headers(service->context, exchange) == HTTP_READ_BODY) {
		int64_t expected = request->content_length;

		wire->progress = AWAITS_BODY;
		if (expected > 0 && expected <= BODY_RESERVE_MAX &&
			(uint64_t)expected <= exchange->body_limit)
			buffer_reserve(&request->body, (size_t)expected);
		return MHD_YES;
	}
	wire->progress = AWAITS_ANSWER;
	if (!request->expects_continue && !request->unknown_coding &&
		!(exchange->send.close_connection &&
			(request->content_length > 0 || request->chunked)))
		return MHD_YES;
	/* RFC 9110 10.1.1: a final status instead of "100 Continue" means that the body is not
	 * wanted; the client may send it all the same. RFC 9112 6.1: behind an unknown transfer
	 * coding nothing can be read any more. Where the connection is closed anyway, nobody need
	 * send a body for nothing. */
	exchange->send.close_connection = true;
	http_awaited_end(&wire->daemon->awaited, wire->client);
	return http_answer(wire);
}

static void
take_body(struct wire *wire, const char *data, size_t size)
{
	struct http_exchange *exchange = &wire->exchange;

	exchange->body_size += size;
	if (wire->progress == AWAITS_BODY && exchange->body_size <= exchange->body_limit)
		buffer_append(&exchange->request.body, BYTES(data, size));
	else
		buffer_done(&exchange->request.body);
}

static enum MHD_Result
take_step(struct wire *wire, enum http_step step)
{
	wire->works_long = step == HTTP_WORK_LONG;
	if (step == HTTP_WORK || step == HTTP_WORK_LONG)
		wire->progress = AWAITS_WORK;
	else if (step == HTTP_WAIT)
		wire->progress = AWAITS_EVENT;
	else
		return http_answer(wire);
	return MHD_YES;
}

/*
 * The whole request has arrived, or a turn has passed since this was called.
 *
 * Work waits for one turn before its connection is suspended: from a connection that is suspended
 * in the turn in which it was read, libmicrohttpd reads once more when it is resumed, and drops it
 * when the client has closed its sending side, as some do while they wait for their answer.
 */
static enum MHD_Result
take_turn(struct wire *wire)
{
	struct http_exchange *exchange = &wire->exchange;
	const struct http_service *service = wire->daemon->service;

	switch (wire->progress) {
	case AWAITS_BODY:
		return take_step(wire, service->body(service->context, exchange));
	case AWAITS_WORK:
		wire->progress = WORKS;
		MHD_suspend_connection(wire->connection);
		if (service->queued)
			service->queued(service->context, exchange);
		http_workers_put(workers_of(wire), &wire->job);
		return MHD_YES;
	case WORKS:
		wire->progress = AWAITS_ANSWER;
		if (service->worked)
			service->worked(service->context, exchange);
		return http_answer(wire);
	case AWAITS_EVENT:
		return http_wait_begin(wire) ? MHD_YES : http_answer(wire);
	case WAITS:
		return http_wait_end(wire) ? MHD_YES : http_answer(wire);
	case AWAITS_HOLD:
		return http_answer_hold(wire);
	default:
		return http_answer(wire);
	}
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **exchange)
{
	struct wire *wire = *exchange;

	if (wire->progress == AWAITS_HEAD)
		return take_head(wire, method, version);
	if (*upload_size == 0) {
		http_awaited_end(&wire->daemon->awaited, wire->client);
		return take_turn(wire);
	}
	take_body(wire, upload, *upload_size);
	*upload_size = 0;
	return MHD_YES;
}

/* --- the daemon --------------------------------------------------------------- */

static struct MHD_Daemon *
start(struct http_daemon *daemon, const struct http_listener *listener, unsigned connection_limit)
{
	const struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
	const struct MHD_OptionItem secure[] = {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): tls.h hides the type of the callback */
		{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)tls_certificate_callback()},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)tls_priorities()},
		{MHD_OPTION_END, 0, NULL},
	};

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
			MHD_USE_NO_LISTEN_SOCKET | MHD_USE_SUPPRESS_DATE_NO_CLOCK |
			(listener->tls ? MHD_USE_TLS : 0),
		0, NULL, NULL, on_request, daemon, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT, connection_limit,
		MHD_OPTION_CONNECTION_TIMEOUT, daemon->timeout, MHD_OPTION_SIGPIPE_HANDLED_BY_APP,
		1, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, daemon,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, daemon, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, daemon, MHD_OPTION_ARRAY, listener->tls ? secure : plain,
		MHD_OPTION_END);
}

int
http_daemon_new(struct http_daemon **out, const struct http_listener *listener,
	unsigned connection_limit, struct http_traffic *traffic, struct diag *diag)
{
	struct http_daemon *daemon = memory_new(1, sizeof(*daemon));

	daemon->traffic = traffic;
	daemon->service = listener->service;
	daemon->tls = listener->tls;
	/* The library walks over all connections that have another one, every time that it is run. */
	daemon->timeout = daemon->service->timeout
		? daemon->service->timeout(daemon->service->context)
		: listener->timeout;
	daemon->mhd = start(daemon, listener, connection_limit);
	if (!daemon->mhd) {
		free(daemon);
		return diag_break(diag, "HTTP", "libmicrohttpd could not be started on %s port %u",
			listener->address, listener->port);
	}
	*out = daemon;
	return DONE;
}

unsigned
http_daemon_connections(const struct http_daemon *daemon)
{
	return MHD_get_daemon_info(daemon->mhd, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
		->num_connections;
}

int
http_daemon_descriptor(const struct http_daemon *daemon)
{
	return MHD_get_daemon_info(daemon->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int
http_daemon_timeout(struct http_daemon *daemon)
{
	int waiting = http_awaited_timeout(&daemon->awaited), limit = -1;
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(daemon->mhd, &ms) == MHD_YES)
		limit = ms > INT_MAX ? INT_MAX : (int)ms;
	daemon->restless = limit == 0 ? daemon->restless + 1 : 0;
	if (limit < 0 || (waiting >= 0 && waiting < limit))
		limit = waiting;
	if (limit == 0)
		http_daemon_wake(daemon);
	return limit;
}

void
http_daemon_wake(struct http_daemon *daemon)
{
	daemon->awake = true;
}

bool
http_daemon_is_awake(const struct http_daemon *daemon)
{
	return daemon->awake;
}

void
http_daemon_run(struct http_daemon *daemon)
{
	daemon->awake = false;
	http_awaited_sweep(&daemon->awaited);
	if (daemon->restless >= RESTLESS_TURNS) {
		http_stuck_look(&daemon->awaited);
		daemon->restless = 0;
	}
	MHD_run(daemon->mhd);
}

static void
resume(struct wire *wire)
{
	http_daemon_wake(wire->daemon);
	MHD_resume_connection(wire->connection);
}

void
http_daemon_resume(struct http_job *job)
{
	resume(wire_of(job));
}

void
http_daemon_resume_held(struct http_held *held, bool drop)
{
	struct wire *wire = (struct wire *)((char *)held - offsetof(struct wire, held));

	wire->dropped = drop;
	http_wait_forget(wire);
	resume(wire);
}

void
http_daemon_add(struct http_daemon *daemon, int descriptor, const struct sockaddr *client,
	socklen_t client_size)
{
	/* Where it cannot, it closes the descriptor. */
	MHD_add_connection(daemon->mhd, descriptor, client, client_size);
	http_daemon_wake(daemon);
}

void
http_daemon_free(struct http_daemon *daemon)
{
	if (!daemon)
		return;
	MHD_stop_daemon(daemon->mhd);
	free(daemon);
}
