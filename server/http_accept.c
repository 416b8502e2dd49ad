#include "server/http_accept.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "server/operator_log.h"

/* How many descriptors devices leave: to the control API, logs, the store; a quarter of few. */
#define KEPT_MAX  64
#define KEPT_PART 4

/* The control API leaves this part of them. */
#define KEPT_BY_CONTROL_PART 4

#define ACCEPTED_AT_ONCE 16

/* Descriptors may also come from elsewhere than from a connection that ends. */
#define LOOK_MS 100

struct acceptor {
	int descriptor;
	struct http_daemon *daemon;
	unsigned top;   /* no connection's descriptor is beyond this one, but for one */
	bool suspended; /* the loop does not watch it */
};

struct http_accept {
	int epoll;
	struct http_traffic *traffic;
	unsigned limit; /* of descriptors */
	struct acceptor *acceptors;
	size_t count;
	size_t suspended;  /* how many are */
	uint64_t ended;    /* connections when that was looked at last */
	uint64_t told_of;  /* connections that were open when the operator was told; 0: not */
	int64_t looked_ms; /* when */
};

unsigned
http_accept_raise_limit(void)
{
	struct rlimit limit = {0};

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur > INT_MAX ? INT_MAX : (unsigned)limit.rlim_cur;
}

static int
watch(const struct http_accept *accept, const struct acceptor *acceptor)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = acceptor->descriptor};

	return epoll_ctl(accept->epoll, EPOLL_CTL_ADD, acceptor->descriptor, &event);
}

static unsigned
top_of(unsigned limit, const struct http_listener *listener)
{
	unsigned kept = limit / KEPT_PART < KEPT_MAX ? limit / KEPT_PART : KEPT_MAX;

	return limit - (listener->service->is_control ? kept / KEPT_BY_CONTROL_PART : kept) - 1;
}

int
http_accept_new(struct http_accept **out, int epoll, const struct http_listener *listeners,
	struct http_daemon *const *daemons, size_t count, struct http_traffic *traffic,
	struct diag *diag)
{
	struct http_accept *accept = memory_new(1, sizeof(*accept));

	accept->epoll = epoll;
	accept->traffic = traffic;
	accept->limit = http_accept_raise_limit();
	accept->acceptors = memory_new(count, sizeof(accept->acceptors[0]));
	for (; accept->count < count; accept->count++) {
		struct acceptor *acceptor = &accept->acceptors[accept->count];

		acceptor->descriptor = listeners[accept->count].descriptor;
		acceptor->daemon = daemons[accept->count];
		acceptor->top = top_of(accept->limit, &listeners[accept->count]);
		if (watch(accept, acceptor) != 0) {
			http_accept_free(accept);
			return diag_break(diag, "HTTP", "a listener could not be watched: %s",
				strerror(errno));
		}
	}
	*out = accept;
	return DONE;
}

void
http_accept_free(struct http_accept *accept)
{
	if (!accept)
		return;
	free(accept->acceptors);
	free(accept);
}

/* --- want of descriptors ------------------------------------------------------- */

static uint64_t
connections(const struct http_accept *accept)
{
	return accept->traffic->connections - accept->traffic->ended;
}

/* Tells the operator, once until nobody waits and a quarter of the connections has gone. */
static void
tell(struct http_accept *accept, int cause)
{
	uint64_t count = connections(accept);
	struct diag diag = {0};

	if (accept->told_of)
		return;
	accept->told_of = count ? count : 1;
	diag_refuse(&diag, "HTTP", NULL, "fewer at a time, or a higher limit (ulimit -n)",
		"new clients have to wait: %llu connections are open, and this process may have %u "
		"descriptors%s%s",
		(unsigned long long)count, accept->limit, cause ? ": " : "",
		cause ? strerror(cause) : "");
	operator_log_diag(&diag);
}

static void
suspend(struct http_accept *accept, struct acceptor *acceptor, int cause)
{
	epoll_ctl(accept->epoll, EPOLL_CTL_DEL, acceptor->descriptor, NULL);
	acceptor->suspended = true;
	accept->suspended++;
	accept->ended = accept->traffic->ended;
	accept->looked_ms = clock_monotonic_ns() / 1000000;
	tell(accept, cause);
}

/* Returns the descriptor that would be given next, INT_MAX when there is none. */
static unsigned
next_descriptor(const struct http_accept *accept)
{
	int descriptor = fcntl(accept->epoll, F_DUPFD_CLOEXEC, 0);

	if (descriptor < 0)
		return INT_MAX;
	close(descriptor);
	return (unsigned)descriptor;
}

static void
resume(struct http_accept *accept)
{
	unsigned next = next_descriptor(accept);

	for (size_t i = 0; i < accept->count; i++) {
		struct acceptor *acceptor = &accept->acceptors[i];

		if (!acceptor->suspended || next > acceptor->top || watch(accept, acceptor) != 0)
			continue;
		acceptor->suspended = false;
		accept->suspended--;
	}
}

int
http_accept_timeout(const struct http_accept *accept)
{
	int64_t left;

	if (!accept->suspended || accept->traffic->draining)
		return -1;
	left = accept->looked_ms + LOOK_MS - clock_monotonic_ns() / 1000000;
	return left < 0 ? 0 : (int)left;
}

void
http_accept_look(struct http_accept *accept)
{
	if (!accept->suspended || accept->traffic->draining)
		return;
	if (accept->ended == accept->traffic->ended && http_accept_timeout(accept) > 0)
		return;
	accept->ended = accept->traffic->ended;
	accept->looked_ms = clock_monotonic_ns() / 1000000;
	resume(accept);
}

/* --- accepting ------------------------------------------------------------------ */

/* Nobody waits at a listener; the next want of descriptors may be another one. */
static void
recover(struct http_accept *accept)
{
	if (accept->suspended == 0 && 4 * connections(accept) <= 3 * accept->told_of)
		accept->told_of = 0;
}

/* Returns whether there may be another one. */
static bool
accept_one(struct http_accept *accept, struct acceptor *acceptor)
{
	struct sockaddr_storage client = {0};
	socklen_t size = sizeof(client);
	int descriptor = accept4(acceptor->descriptor, (struct sockaddr *)&client, &size,
		SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (descriptor < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			suspend(accept, acceptor, errno);
		else if (errno == EAGAIN)
			recover(accept);
		return false;
	}
	http_daemon_add(acceptor->daemon, descriptor, (const struct sockaddr *)&client, size);
	/* The kernel gives the lowest one that is free: all below it are in use. */
	if ((unsigned)descriptor < acceptor->top)
		return true;
	suspend(accept, acceptor, 0);
	return false;
}

void
http_accept_take(struct http_accept *accept, int descriptor)
{
	for (size_t i = 0; i < accept->count; i++) {
		struct acceptor *acceptor = &accept->acceptors[i];

		if (acceptor->descriptor != descriptor || acceptor->suspended)
			continue;
		for (int j = 0; j < ACCEPTED_AT_ONCE && accept_one(accept, acceptor); j++)
			;
	}
}
