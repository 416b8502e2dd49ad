#include "tests/integration/echo_server.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/memory.h"

/* Who has taken nothing for so long, takes nothing. */
#define STUCK_MS 200

static bool
asks(const struct http_exchange *exchange, const char *name)
{
	struct bytes value;

	return request_parameter(&value, &exchange->request, name);
}

static unsigned long
number(const struct http_exchange *exchange, const char *name, unsigned long otherwise)
{
	struct bytes value;

	return request_parameter(&value, &exchange->request, name)
		? strtoul((const char *)value.data, NULL, 10)
		: otherwise;
}

static void
report(struct buffer *out, const struct request *request)
{
	buffer_append_format(out, "%s %s %s\n", request->method, request->target, request->version);
	for (size_t i = 0; i < request->header_count; i++)
		buffer_append_format(
			out, "%s: %s\n", request->headers[i].name, request->headers[i].value);
	buffer_append_byte(out, '\n');
	buffer_append(out, buffer_bytes(&request->body));
}

static void
fill_plan(struct http_exchange *exchange)
{
	struct send_plan *plan = &exchange->send;

	plan->delay_ms = (int64_t)number(exchange, "delay", 0);
	if (asks(exchange, "cut"))
		plan->cut = (enum send_cut)number(exchange, "cut", 0);
	plan->cut_body = number(exchange, "cut_body", 0);
	plan->end = (enum send_end)number(exchange, "end", SEND_END_AS_HTTP);
	plan->stall_ms = (int64_t)number(exchange, "stall", 0);
	plan->drip_bytes = number(exchange, "drip", 0);
	plan->drip_ms = (int64_t)number(exchange, "drip_ms", 1);
	if (asks(exchange, "garbage"))
		plan->status_line = "\x01garbage";
}

static void
fill_answer(struct http_exchange *exchange)
{
	struct response *response = &exchange->response;

	response_set(
		response, RESPONSE_FROM_MSCEP, (unsigned)number(exchange, "status", 200), 0, 0);
	response_add_header(response, "Server", "echo");
	response->content_type = "text/plain";
	response->endless = asks(exchange, "endless");
	if (asks(exchange, "size"))
		memset(buffer_append_space(&response->body, number(exchange, "size", 0)), 'x',
			number(exchange, "size", 0));
	else
		report(&response->body, &exchange->request);
	exchange->send.close_connection = asks(exchange, "close");
	if (asks(exchange, "silent"))
		exchange->send.cut = SEND_CUT_BEFORE_HEAD;
	fill_plan(exchange);
}

static void
count(struct echo_server *server, unsigned *counter)
{
	pthread_mutex_lock(&server->lock);
	++*counter;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
}

static void
wait_at_gate(struct echo_server *server)
{
	pthread_mutex_lock(&server->lock);
	while (!server->gate_open)
		pthread_cond_wait(&server->changed, &server->lock);
	pthread_mutex_unlock(&server->lock);
}

static enum http_step
on_headers(void *context, struct http_exchange *exchange)
{
	struct echo_server *server = context;

	/* Whether it is at work; a second `finished`, or none, is an error of the heap. */
	exchange->data = memory_new(1, sizeof(bool));
	count(server, &server->begun);
	if (asks(exchange, "hold"))
		wait_at_gate(server);
	exchange->body_limit = number(exchange, "limit", 1024 * 1024);
	if (!asks(exchange, "refuse"))
		return HTTP_READ_BODY;
	fill_answer(exchange);
	return HTTP_ANSWER;
}

static enum http_step
on_body(void *context, struct http_exchange *exchange)
{
	if (asks(exchange, "work"))
		return HTTP_WORK;
	fill_answer(exchange);
	return HTTP_ANSWER;
}

static void
set_at_work(struct echo_server *server, struct http_exchange *exchange, bool at_work)
{
	pthread_mutex_lock(&server->lock);
	*(bool *)exchange->data = at_work;
	pthread_mutex_unlock(&server->lock);
}

static void
on_work(void *context, struct http_exchange *exchange)
{
	struct echo_server *server = context;

	set_at_work(server, exchange, true);
	count(server, &server->working);
	wait_at_gate(server);
	fill_answer(exchange);
	count(server, &server->worked);
	set_at_work(server, exchange, false);
}

static ssize_t
on_more(void *context, struct http_exchange *exchange, uint8_t *out, size_t room, bool due)
{
	struct echo_server *server = context;

	memset(out, 'x', room);
	server->streamed += room;
	return (ssize_t)room;
}

static void
on_finished(void *context, struct http_exchange *exchange)
{
	struct echo_server *server = context;
	struct echo_record record = {
		.end = exchange->end,
		.status = exchange->response.status,
		.connection = exchange->request.connection,
		.nth = exchange->request.nth,
		.content_length = exchange->request.content_length,
		.chunked = exchange->request.chunked,
		.expects_continue = exchange->request.expects_continue,
		.head_size = exchange->request.head_size,
		.body_size = exchange->body_size,
		.bytes_received = exchange->bytes_received,
		.bytes_sent = exchange->bytes_sent,
		.duration_ns = exchange->ended_ns - exchange->begun_ns,
	};

	pthread_mutex_lock(&server->lock);
	server->overlapped |= *(bool *)exchange->data;
	if (server->finished < ECHO_RECORDS_MAX)
		server->records[server->finished] = record;
	server->finished++;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
	free(exchange->data);
}

static void *
run(void *context)
{
	struct echo_server *server = context;

	server->thread_id = gettid();
	server->result = http_run(server->http, server->drain_ms, NULL);
	pthread_mutex_lock(&server->lock);
	server->ended = 1;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

void
echo_start(struct echo_server *server, struct echo_options options)
{
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	*server = (struct echo_server){
		.service = {.context = server,
			.headers = on_headers,
			.body = on_body,
			.work = on_work,
			.more = on_more,
			.finished = on_finished},
		.drain_ms = options.drain_ms,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.gate_open = true,
	};
	ck_assert_msg(
		http_listen(&server->listener, options.address, &server->service, &diag) == DONE,
		"%s", diag_text(text, &diag));
	server->listener.timeout = options.timeout;
	ck_assert_msg(http_new(&server->http, &server->listener, 1, options.workers, &diag) == DONE,
		"%s", diag_text(text, &diag));
	ck_assert_int_eq(pthread_create(&server->thread, NULL, run, server), 0);
}

struct raw_client
echo_connect(const struct echo_server *server)
{
	struct raw_client client = raw_connect(server->listener.address, server->listener.port);

	ck_assert_int_eq(client.state, RAW_OPEN);
	return client;
}

const char *
echo_read(struct raw_response *response, struct raw_client *client, unsigned status)
{
	ck_assert_msg(raw_read(response, client), "state %d after \"%s\"", client->state,
		buffer_text(&response->head));
	ck_assert_uint_eq(response->status, status);
	return buffer_text(&response->body);
}

void
echo_gate(struct echo_server *server, bool open)
{
	pthread_mutex_lock(&server->lock);
	server->gate_open = open;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
}

/* Waits until a counter has come to `wanted`. */
static void
wait_for(struct echo_server *server, const unsigned *counter, unsigned wanted, const char *what)
{
	struct timespec deadline;
	int error = 0;
	unsigned reached;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += RAW_PATIENCE_MS / 1000;
	pthread_mutex_lock(&server->lock);
	while (*counter < wanted && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&server->changed, &server->lock, &deadline);
	reached = *counter;
	pthread_mutex_unlock(&server->lock);
	ck_assert_msg(reached >= wanted, "%u of %u %s", reached, wanted, what);
}

void
echo_wait_begun(struct echo_server *server, unsigned wanted)
{
	wait_for(server, &server->begun, wanted, "exchanges began");
}

void
echo_wait_working(struct echo_server *server, unsigned wanted)
{
	wait_for(server, &server->working, wanted, "exchanges came to work");
}

void
echo_wait_finished(struct echo_server *server, unsigned wanted)
{
	wait_for(server, &server->finished, wanted, "exchanges ended");
}

void
echo_wait_stuck(struct echo_server *server)
{
	const struct timespec pause = {.tv_nsec = STUCK_MS * 1000000};
	size_t before;

	for (int waited_ms = 0; waited_ms < RAW_PATIENCE_MS; waited_ms += STUCK_MS) {
		before = server->streamed;
		nanosleep(&pause, NULL);
		if (before > 0 && server->streamed == before)
			return;
	}
	ck_abort_msg("somebody takes all of an endless answer");
}

struct echo_record
echo_record(struct echo_server *server, unsigned nth)
{
	echo_wait_finished(server, nth + 1);
	return server->records[nth];
}

void
echo_wait_ended(struct echo_server *server)
{
	wait_for(server, &server->ended, 1, "loops ended");
	ck_assert_int_eq(pthread_join(server->thread, NULL), 0);
	ck_assert_int_eq(server->result, DONE);
}

void
echo_free(struct echo_server *server)
{
	http_free(server->http);
	ck_assert_uint_eq(server->begun, server->finished);
	ck_assert(!server->overlapped);
}

void
echo_stop(struct echo_server *server)
{
	http_stop(server->http);
	echo_wait_ended(server);
	echo_free(server);
}
