#include "tests/bench/load_run.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

#define NOTHING SIZE_MAX

struct connection {
	int descriptor;
	size_t request; /* index of the one under way, or NOTHING */
	size_t sent;
	size_t head;   /* size of the answer's head once it is complete, else 0 */
	size_t length; /* Content-Length, unless chunked */
	bool chunked;  /* as Go's servers answer */
	struct buffer answer;
};

struct run {
	const struct load_plan *plan;
	struct load_result *result;
	struct connection *connections;
	int epoll;
	size_t next; /* index of the request to be sent next */
	size_t finished;
	int64_t begun_ns;
};

/* When a request is due in an open loop. */
static int64_t
due_ns(const struct run *run, size_t request)
{
	return run->begun_ns + (int64_t)((double)request * 1e9 / run->plan->rate);
}

static bool
open_connection(struct run *run, struct connection *connection)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = connection};
	int yes = 1;

	connection->request = NOTHING;
	connection->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->descriptor < 0 ||
		connect(connection->descriptor, (const struct sockaddr *)&run->plan->address,
			sizeof(run->plan->address)) != 0)
		return false;
	setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	fcntl(connection->descriptor, F_SETFL, O_NONBLOCK);
	return epoll_ctl(run->epoll, EPOLL_CTL_ADD, connection->descriptor, &event) == 0;
}

/* Appends the body without the framing of its chunks. */
static void
keep_body(struct buffer *out, struct connection *connection)
{
	char *next = buffer_text(&connection->answer) + connection->head;
	size_t size;

	if (!connection->chunked) {
		buffer_append(out, BYTES(next, connection->length));
		return;
	}
	while ((size = strtoul(next, &next, 16)) > 0) {
		buffer_append(out, BYTES(next + 2, size));
		next += 2 + size + 2;
	}
}

/* The exchange is over, well or badly. After a break we connect anew. */
static void
finish_request(struct run *run, struct connection *connection, bool good)
{
	struct load_result *result = run->result;
	size_t request = connection->request;

	if (request != NOTHING) {
		run->finished++;
		result->answered += good;
		result->failed += !good;
		result->latencies_ns[request] =
			clock_monotonic_ns() - result->latencies_ns[request];
	}
	if (request != NOTHING && good)
		keep_body(&result->bodies[request], connection);
	connection->request = NOTHING;
	connection->head = 0;
	buffer_clear(&connection->answer);
	if (!good) {
		close(connection->descriptor);
		open_connection(run, connection);
	}
}

static void
write_request(struct connection *connection, struct bytes request)
{
	while (connection->sent < request.size) {
		ssize_t written = send(connection->descriptor, request.data + connection->sent,
			request.size - connection->sent, MSG_NOSIGNAL);

		if (written <= 0)
			return; /* full: epoll tells; broken: the read side tells */
		connection->sent += (size_t)written;
	}
}

static void
start_request(struct run *run, struct connection *connection)
{
	bool open_loop = run->plan->rate > 0;
	int64_t now = clock_monotonic_ns();

	if (connection->request != NOTHING || run->next == run->plan->count ||
		(open_loop && due_ns(run, run->next) > now))
		return;
	connection->request = run->next++;
	connection->sent = 0;
	run->result->latencies_ns[connection->request] =
		open_loop ? due_ns(run, connection->request) : now;
	write_request(connection, run->plan->requests[connection->request]);
}

/* Looks for the end of the head and how long the body is; false when the answer is not a 200 that says
 * so. */
static bool
read_head(struct connection *connection)
{
	char *text = buffer_text(&connection->answer), *end = strstr(text, "\r\n\r\n");
	const char *length;

	if (!end)
		return true;
	*end = '\0';
	length = strcasestr(text, "\r\nContent-Length:");
	connection->chunked = strcasestr(text, "\r\nTransfer-Encoding: chunked") != NULL;
	*end = '\r';
	if (strncmp(text, "HTTP/1.1 200", 12) != 0 || (!length && !connection->chunked))
		return false;
	connection->head = (size_t)(end - text) + 4;
	connection->length = length ? strtoul(length + strlen("\r\nContent-Length:"), NULL, 10) : 0;
	return true;
}

static bool
is_complete(const struct connection *connection)
{
	static const char last_chunk[] = "\r\n0\r\n\r\n";
	const struct buffer *answer = &connection->answer;
	size_t size = sizeof(last_chunk) - 1;

	if (connection->head == 0)
		return false;
	if (!connection->chunked)
		return answer->size >= connection->head + connection->length;
	return answer->size >= connection->head + size &&
		memcmp(answer->data + answer->size - size, last_chunk, size) == 0;
}

static void
read_answer(struct run *run, struct connection *connection)
{
	for (;;) {
		uint8_t chunk[16384];
		ssize_t got = recv(connection->descriptor, chunk, sizeof(chunk), 0);

		if (got < 0 && errno == EAGAIN)
			return;
		if (got > 0)
			buffer_append(&connection->answer, BYTES(chunk, (size_t)got));
		if (got <= 0 || (connection->head == 0 && !read_head(connection))) {
			finish_request(run, connection, false);
			return;
		}
		if (is_complete(connection))
			finish_request(run, connection, true);
	}
}

static void
serve_event(struct run *run, const struct epoll_event *event)
{
	struct connection *connection = event->data.ptr;

	if ((event->events & EPOLLOUT) && connection->request != NOTHING)
		write_request(connection, run->plan->requests[connection->request]);
	if (event->events & ~(uint32_t)EPOLLOUT)
		read_answer(run, connection);
	start_request(run, connection);
}

static void
serve_until_done(struct run *run)
{
	int64_t deadline = run->begun_ns + run->plan->deadline_ns;
	struct epoll_event events[256];

	while (run->finished < run->plan->count && clock_monotonic_ns() < deadline) {
		int count = epoll_wait(run->epoll, events, 256, run->plan->rate > 0 ? 1 : 100);

		for (int i = 0; i < count; i++)
			serve_event(run, &events[i]);
		for (size_t i = 0; run->plan->rate > 0 && i < run->plan->connections; i++)
			start_request(run, &run->connections[i]);
	}
}

/* Opens all connections; false when one cannot be opened. */
static bool
connect_all(struct run *run)
{
	run->connections = memory_new(run->plan->connections, sizeof(*run->connections));
	for (size_t i = 0; i < run->plan->connections; i++)
		if (!open_connection(run, &run->connections[i]))
			return false;
	return true;
}

static void
close_all(struct run *run)
{
	for (size_t i = 0; i < run->plan->connections; i++) {
		if (run->connections[i].descriptor > 0)
			close(run->connections[i].descriptor);
		buffer_done(&run->connections[i].answer);
	}
	free(run->connections);
	close(run->epoll);
}

int
load_run(struct load_result *out, const struct load_plan *plan, struct diag *diag)
{
	struct run run = {.plan = plan, .result = out, .epoll = epoll_create1(EPOLL_CLOEXEC)};
	int result = DONE;

	*out = (struct load_result){
		.bodies = memory_new(plan->count, sizeof(*out->bodies)),
		.latencies_ns = memory_new(plan->count, sizeof(*out->latencies_ns)),
	};
	if (!connect_all(&run))
		result = diag_break(diag, "load generator", "cannot connect: %s", strerror(errno));
	run.begun_ns = clock_monotonic_ns();
	if (result == DONE) {
		for (size_t i = 0; i < plan->connections; i++)
			start_request(&run, &run.connections[i]);
		serve_until_done(&run);
	}
	out->elapsed_ns = clock_monotonic_ns() - run.begun_ns;
	close_all(&run);
	if (result == DONE && run.finished < plan->count)
		result = diag_break(diag, "load generator", "%zu of %zu answers at the deadline",
			run.finished, plan->count);
	return result;
}

void
load_result_done(struct load_result *result, size_t count)
{
	for (size_t i = 0; result->bodies && i < count; i++)
		buffer_done(&result->bodies[i]);
	free(result->bodies);
	free(result->latencies_ns);
}
