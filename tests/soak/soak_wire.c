#include "tests/soak/soak_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

#define NS_PER_MS INT64_C(1000000)
#define EVENTS    64

/* How often is looked who has waited long enough. */
#define TICK_MS 10

struct connection {
	int descriptor; /* -1: none */
	bool busy;      /* an errand is under way */
	struct soak_errand errand;
	int64_t gives_up_ns;
	size_t sent;
	struct buffer answer;
	size_t head; /* size of the answer's head once it is complete, else 0 */
	size_t length;
	bool closes; /* the answer says that the server will close the connection */
	struct soak_outcome outcome;
};

struct run {
	const struct soak_wire_plan *plan;
	struct soak_mix *mix;
	struct connection *connections;
	int epoll;
	size_t busy;
	struct diag *diag;
	int result;
};

/* --- connections ------------------------------------------------------------------- */

static void
hang_up(struct connection *connection, bool with_reset)
{
	const struct linger linger = {.l_onoff = 1};

	if (connection->descriptor < 0)
		return;
	if (with_reset)
		setsockopt(connection->descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(connection->descriptor);
	connection->descriptor = -1;
}

static bool
dial(struct run *run, struct connection *connection)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = connection};
	int yes = 1;

	connection->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->descriptor < 0 ||
		connect(connection->descriptor, (const struct sockaddr *)&run->plan->address,
			sizeof(run->plan->address)) != 0) {
		run->result = diag_break(
			run->diag, "soak", "a device cannot connect: %s", strerror(errno));
		return false;
	}
	setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	fcntl(connection->descriptor, F_SETFL, O_NONBLOCK);
	return epoll_ctl(run->epoll, EPOLL_CTL_ADD, connection->descriptor, &event) == 0;
}

/* --- requests ---------------------------------------------------------------------- */

static void
write_request(struct connection *connection)
{
	struct bytes request = connection->errand.request;

	while (connection->sent < request.size) {
		ssize_t written = send(connection->descriptor, request.data + connection->sent,
			request.size - connection->sent, MSG_NOSIGNAL);

		if (written <= 0)
			return; /* full: epoll tells; broken: the read side tells */
		connection->sent += (size_t)written;
	}
}

static void
send_errand(struct run *run, struct connection *connection)
{
	int64_t patience_ms = connection->errand.patience_ms ? connection->errand.patience_ms
							     : run->plan->patience_ms;

	if (!connection->errand.keeps_connection)
		hang_up(connection, false);
	if (connection->descriptor < 0 && !dial(run, connection))
		return;
	connection->gives_up_ns = clock_monotonic_ns() + patience_ms * NS_PER_MS;
	connection->sent = connection->head = connection->length = 0;
	connection->closes = false;
	connection->outcome = (struct soak_outcome){0};
	buffer_clear(&connection->answer);
	write_request(connection);
}

static void
begin_errand(struct run *run, struct connection *connection)
{
	connection->busy = soak_mix_next(run->mix, &connection->errand);
	run->busy += connection->busy;
	if (connection->busy)
		send_errand(run, connection);
	else
		hang_up(connection, false);
}

static void
finish_errand(struct run *run, struct connection *connection, enum soak_end end)
{
	struct soak_outcome *outcome = &connection->outcome;
	struct bytes body = BYTES_NONE;

	outcome->end = end;
	if (end == SOAK_ANSWERED)
		body = BYTES(connection->answer.data + connection->head, connection->length);
	else
		*outcome = (struct soak_outcome){.end = end,
			.within = (end == SOAK_CLOSED || end == SOAK_RESET) &&
				connection->answer.size > 0};
	if (end != SOAK_ANSWERED || connection->closes || !connection->errand.keeps_connection)
		hang_up(connection, end == SOAK_LEFT && connection->errand.leaves_at_first_byte);
	if (soak_mix_finish(run->mix, &connection->errand, outcome, body)) {
		send_errand(run, connection);
		return;
	}
	run->busy--;
	begin_errand(run, connection);
}

/* --- answers ------------------------------------------------------------------------ */

static enum soak_from
whose(const char *head)
{
	if (strcasestr(head, "\r\nServer: Microsoft-IIS/"))
		return SOAK_FROM_IIS;
	if (strcasestr(head, "\r\nServer: Microsoft-HTTPAPI/"))
		return SOAK_FROM_HTTP_SYS;
	return SOAK_FROM_OTHER;
}

/* Looks for the end of the head, and at what matters in it. */
static void
read_head(struct connection *connection)
{
	static const char length_name[] = "\r\nContent-Length:";
	char *text = buffer_text(&connection->answer), *end = strstr(text, "\r\n\r\n");
	const char *length;

	if (!end)
		return;
	*end = '\0';
	length = strcasestr(text, length_name);
	connection->length = length ? strtoul(length + strlen(length_name), NULL, 10) : 0;
	connection->closes = strcasestr(text, "\r\nConnection: close") != NULL;
	if (sscanf(text, "HTTP/1.1 %u", &connection->outcome.status) == 1)
		connection->outcome.from = whose(text);
	*end = '\r';
	connection->head = (size_t)(end - text) + strlen("\r\n\r\n");
}

/* Returns whether the errand goes on. */
static bool
take_bytes(struct run *run, struct connection *connection, struct bytes bytes)
{
	buffer_append(&connection->answer, bytes);
	if (connection->errand.leaves_at_first_byte) {
		finish_errand(run, connection, SOAK_LEFT);
		return false;
	}
	if (connection->head == 0)
		read_head(connection);
	if (connection->head == 0 ||
		connection->answer.size < connection->head + connection->length)
		return true;
	finish_errand(run, connection, SOAK_ANSWERED);
	return false;
}

static void
read_answer(struct run *run, struct connection *connection)
{
	uint8_t chunk[16384];
	ssize_t got;

	do {
		got = recv(connection->descriptor, chunk, sizeof(chunk), 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			finish_errand(run, connection, got == 0 ? SOAK_CLOSED : SOAK_RESET);
			return;
		}
	} while (take_bytes(run, connection, BYTES(chunk, (size_t)got)));
}

static void
serve_event(struct run *run, const struct epoll_event *event)
{
	struct connection *connection = event->data.ptr;

	if (!connection->busy)
		return;
	if (event->events & EPOLLOUT)
		write_request(connection);
	if (event->events & ~(uint32_t)EPOLLOUT)
		read_answer(run, connection);
}

/* Those who have waited long enough go. */
static void
look_at_clock(struct run *run)
{
	int64_t now = clock_monotonic_ns();

	for (size_t i = 0; i < run->plan->connections; i++) {
		struct connection *connection = &run->connections[i];

		if (connection->busy && connection->gives_up_ns <= now)
			finish_errand(run, connection,
				connection->errand.patience_ms ? SOAK_LEFT : SOAK_LATE);
	}
}

/* --- the run --------------------------------------------------------------------------- */

static void
serve(struct run *run)
{
	int64_t looked_ns = 0;

	while (run->busy > 0 && run->result == DONE) {
		struct epoll_event events[EVENTS];
		int count = epoll_wait(run->epoll, events, EVENTS, TICK_MS);

		for (int i = 0; i < count && run->result == DONE; i++)
			serve_event(run, &events[i]);
		if (clock_monotonic_ns() - looked_ns < TICK_MS * NS_PER_MS)
			continue;
		looked_ns = clock_monotonic_ns();
		look_at_clock(run);
	}
}

int
soak_wire_run(const struct soak_wire_plan *plan, struct soak_mix *mix, struct diag *diag)
{
	struct run run = {.plan = plan,
		.mix = mix,
		.connections = memory_new(plan->connections, sizeof(*run.connections)),
		.epoll = epoll_create1(EPOLL_CLOEXEC),
		.diag = diag,
		.result = DONE};

	if (run.epoll < 0)
		run.result = diag_break(diag, "soak", "epoll_create1: %s", strerror(errno));
	for (size_t i = 0; i < plan->connections; i++)
		run.connections[i].descriptor = -1;
	for (size_t i = 0; i < plan->connections && run.result == DONE; i++)
		begin_errand(&run, &run.connections[i]);
	serve(&run);
	for (size_t i = 0; i < plan->connections; i++) {
		hang_up(&run.connections[i], false);
		buffer_done(&run.connections[i].answer);
		soak_errand_done(&run.connections[i].errand);
	}
	free(run.connections);
	if (run.epoll >= 0)
		close(run.epoll);
	return run.result;
}
