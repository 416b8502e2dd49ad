#include "tests/bench/load_run.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

#define NOTHING    SIZE_MAX
#define CONNECT_MS 20000

struct connection {
	int descriptor; /* -1: none is open */
	size_t request; /* index of the one under way, or NOTHING */
	size_t last;    /* index of the one that was answered last, or NOTHING */
	int64_t due_ns; /* of the one under way */
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
	int timer;   /* rings when the next request of an open loop is due; with no connection */
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

	connection->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (connection->descriptor < 0 ||
		(connect(connection->descriptor, (const struct sockaddr *)&run->plan->address,
			 sizeof(run->plan->address)) != 0 &&
			errno != EINPROGRESS))
		return false;
	setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return epoll_ctl(run->epoll, EPOLL_CTL_ADD, connection->descriptor, &event) == 0;
}

static void
close_connection(struct connection *connection)
{
	if (connection->descriptor >= 0)
		close(connection->descriptor);
	connection->descriptor = -1;
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
		result->latencies_ns[request] = clock_monotonic_ns() - connection->due_ns;
		connection->last = request;
	}
	if (request != NOTHING && good)
		keep_body(&result->bodies[request], connection);
	connection->request = NOTHING;
	connection->head = 0;
	buffer_clear(&connection->answer);
	if (!good || run->plan->fresh)
		close_connection(connection);
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

/* Which request a connection sends next; NOTHING when none is left, or none is due. */
static size_t
take_request(struct run *run, const struct connection *connection)
{
	const struct load_plan *plan = run->plan;
	size_t next = connection->last + 1;

	if (connection->last != NOTHING && plan->together > 0 && next % plan->together != 0)
		return next;
	if (run->next == plan->count ||
		(plan->rate > 0 && due_ns(run, run->next) > clock_monotonic_ns()))
		return NOTHING;
	next = run->next;
	run->next += plan->together > 0 ? plan->together : 1;
	return next;
}

static void
start_request(struct run *run, struct connection *connection)
{
	size_t request;

	if (connection->request != NOTHING || (request = take_request(run, connection)) == NOTHING)
		return;
	connection->request = request;
	connection->sent = 0;
	connection->due_ns = run->plan->rate > 0 ? due_ns(run, request) : clock_monotonic_ns();
	if (connection->descriptor < 0 && !open_connection(run, connection))
		finish_request(run, connection, false);
	else
		write_request(connection, run->plan->requests[request]);
}

/* Looks for the end of the head and how long the body is; false when the status is not
 * the one that is good, or the answer does not say it. */
static bool
read_head(const struct run *run, struct connection *connection)
{
	char *text = buffer_text(&connection->answer), *end = strstr(text, "\r\n\r\n");
	const char *length;

	if (!end)
		return true;
	*end = '\0';
	length = strcasestr(text, "\r\nContent-Length:");
	connection->chunked = strcasestr(text, "\r\nTransfer-Encoding: chunked") != NULL;
	*end = '\r';
	if (strncmp(text, "HTTP/1.1 ", 9) != 0 ||
		strtoul(text + 9, NULL, 10) != (run->plan->status ? run->plan->status : 200) ||
		(!length && !connection->chunked))
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
		if (got <= 0 || (connection->head == 0 && !read_head(run, connection))) {
			finish_request(run, connection, false);
			return;
		}
		if (is_complete(connection)) {
			finish_request(run, connection, true);
			if (connection->descriptor < 0)
				return;
		}
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

/* Starts what is due, while a connection is free for it. */
static void
start_due(struct run *run)
{
	struct itimerspec bell = {0};
	int64_t due;

	for (size_t i = 0; i < run->plan->connections && run->next < run->plan->count; i++)
		start_request(run, &run->connections[i]);
	due = due_ns(run, run->next);
	bell.it_value = (struct timespec){due / 1000000000, due % 1000000000};
	if (run->next < run->plan->count && due > clock_monotonic_ns())
		timerfd_settime(run->timer, TFD_TIMER_ABSTIME, &bell, NULL);
}

static void
serve_until(struct run *run, int64_t deadline)
{
	struct epoll_event events[256];

	while (run->finished < run->plan->count && clock_monotonic_ns() < deadline) {
		int count = epoll_wait(run->epoll, events, 256, 100);

		for (int i = 0; i < count; i++)
			if (events[i].data.ptr)
				serve_event(run, &events[i]);
		if (run->plan->rate > 0)
			start_due(run);
	}
}

/* Waits until the server's kernel has taken the connection, so that no request counts the time for it. */
static bool
wait_connected(const struct connection *connection)
{
	struct pollfd wanted = {.fd = connection->descriptor, .events = POLLOUT};

	return poll(&wanted, 1, CONNECT_MS) == 1 && !(wanted.revents & (POLLERR | POLLHUP));
}

/* Opens all connections; false when one cannot be opened. */
static bool
connect_all(struct run *run)
{
	run->connections = memory_new(run->plan->connections, sizeof(*run->connections));
	for (size_t i = 0; i < run->plan->connections; i++) {
		run->connections[i].request = run->connections[i].last = NOTHING;
		run->connections[i].descriptor = -1;
	}
	for (size_t i = 0; i < run->plan->connections && !run->plan->fresh; i++)
		if (!open_connection(run, &run->connections[i]) ||
			!wait_connected(&run->connections[i]))
			return false;
	return true;
}

static bool
watch_timer(struct run *run)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};

	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	run->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return epoll_ctl(run->epoll, EPOLL_CTL_ADD, run->timer, &event) == 0;
}

static void
close_all(struct run *run)
{
	for (size_t i = 0; run->connections && i < run->plan->connections; i++) {
		close_connection(&run->connections[i]);
		buffer_done(&run->connections[i].answer);
	}
	free(run->connections);
	close(run->timer);
	close(run->epoll);
}

static double
own_cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
serve(struct run *run)
{
	const struct load_plan *plan = run->plan;
	double cpu_seconds = own_cpu_seconds();

	run->begun_ns = clock_monotonic_ns();
	for (size_t i = 0; i < plan->connections; i++)
		start_request(run, &run->connections[i]);
	if (plan->rate > 0)
		start_due(run);
	serve_until(run, run->begun_ns + (plan->leave_ns > 0 ? plan->leave_ns : plan->deadline_ns));
	run->result->elapsed_ns = clock_monotonic_ns() - run->begun_ns;
	run->result->cpu_seconds = own_cpu_seconds() - cpu_seconds;
}

int
load_run(struct load_result *out, const struct load_plan *plan, struct diag *diag)
{
	struct run run = {.plan = plan, .result = out};
	int result = DONE;

	*out = (struct load_result){
		.bodies = memory_new(plan->count, sizeof(*out->bodies)),
		.latencies_ns = memory_new(plan->count, sizeof(*out->latencies_ns)),
	};
	if (!watch_timer(&run) || !connect_all(&run))
		result = diag_break(diag, "load generator", "cannot connect: %s", strerror(errno));
	if (result == DONE)
		serve(&run);
	if (result == DONE && plan->rest)
		plan->rest();
	close_all(&run);
	if (result == DONE && run.finished < plan->count && plan->leave_ns == 0)
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
