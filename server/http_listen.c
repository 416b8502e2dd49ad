#include "server/http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/listen_address.h"

#define NOT_LISTENING (-1)

/*
 * A queue of connections that nobody accepts, and how it is filled. With 1 the kernel queues two; with
 * 0 it takes the first SYN for a flood and writes that to its log.
 */
#define SILENT_BACKLOG     1
#define SILENT_ATTEMPTS    16
#define SILENT_PATIENCE_MS 1000

/* Says why bind or listen failed. */
static int
refuse_bind(const char *text, int error, struct diag *diag)
{
	switch (error) {
	case EADDRINUSE:
		return diag_refuse(diag, "listen address", NULL, "a free port; port 0 takes any",
			"%s is in use by another program", text);
	case EACCES:
		return diag_refuse(diag, "listen address", NULL, "a port from 1024 on",
			"%s may only be used with more privileges", text);
	case EADDRNOTAVAIL:
		return diag_refuse(diag, "listen address", NULL,
			"an address of this machine, such as 127.0.0.1",
			"%s is no address of this machine", text);
	default:
		return diag_refuse(diag, "listen address", NULL, "another address or port",
			"%s cannot be listened on: %s", text, strerror(error));
	}
}

/* Returns a socket that is bound and, with a backlog of 0 or more, listens; or -1 with errno set. */
static int
open_socket(const struct listen_address *where, int backlog)
{
	static const int on = 1;
	int family = where->socket.ss_family;
	int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;

	if (descriptor < 0)
		return -1;
	/* A restarted server must not wait for the connections of the last one. */
	setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* So that [::]:8080 and 0.0.0.0:8080 can both be listened on. */
	if (family == AF_INET6)
		setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(descriptor, (const struct sockaddr *)&where->socket, where->size) == 0 &&
		(backlog < 0 || listen(descriptor, backlog) == 0))
		return descriptor;
	error = errno;
	close(descriptor);
	errno = error;
	return -1;
}

void
http_address_text(char text[HTTP_ADDRESS_SIZE], unsigned *port, const struct sockaddr *socket)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)socket;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)socket;

	if (socket->sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, text, HTTP_ADDRESS_SIZE);
		*port = ntohs(v6->sin6_port);
	} else {
		inet_ntop(AF_INET, &v4->sin_addr, text, HTTP_ADDRESS_SIZE);
		/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): a whole sockaddr_in, as its family says */
		*port = ntohs(v4->sin_port);
	}
}

static int
open_listener(struct http_listener *out, const char *text, int backlog, struct diag *diag)
{
	struct sockaddr_storage bound = {0};
	socklen_t size = sizeof(bound);
	struct listen_address where;

	if (listen_address_parse(&where, text, diag) != DONE) {
		if (diag)
			snprintf(diag->object, sizeof(diag->object), "listen address");
		return REFUSED;
	}
	*out = (struct http_listener){.timeout = HTTP_TIMEOUT_DEFAULT};
	out->descriptor = open_socket(&where, backlog);
	if (out->descriptor < 0)
		return refuse_bind(text, errno, diag);
	getsockname(out->descriptor, (struct sockaddr *)&bound, &size);
	http_address_text(out->address, &out->port, (const struct sockaddr *)&bound);
	return DONE;
}

int
http_listen(struct http_listener *out, const char *text, const struct http_service *service,
	struct diag *diag)
{
	int result = open_listener(out, text, SOMAXCONN, diag);

	out->service = service;
	return result;
}

int
http_listen_refusing(struct http_listener *out, const char *text, struct diag *diag)
{
	return open_listener(out, text, NOT_LISTENING, diag);
}

/* Linux tells of a listening socket how long its queue is, and its backlog. */
static bool
is_full(int descriptor)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	return getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
		info.tcpi_unacked > info.tcpi_sacked;
}

/* Makes a connection that nobody accepts. It stays in the queue when its client has gone. */
static void
queue_one(const struct sockaddr_storage *where, socklen_t size)
{
	int descriptor = socket(where->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd client = {.fd = descriptor, .events = POLLOUT};

	if (descriptor < 0)
		return;
	if (connect(descriptor, (const struct sockaddr *)where, size) != 0 && errno == EINPROGRESS)
		poll(&client, 1, SILENT_PATIENCE_MS);
	close(descriptor);
}

int
http_listen_silent(struct http_listener *out, const char *text, struct diag *diag)
{
	struct sockaddr_storage where = {0};
	socklen_t size = sizeof(where);
	int result = open_listener(out, text, SILENT_BACKLOG, diag);

	if (result != DONE)
		return result;
	getsockname(out->descriptor, (struct sockaddr *)&where, &size);
	for (int i = 0; i < SILENT_ATTEMPTS && !is_full(out->descriptor); i++)
		queue_one(&where, size);
	if (is_full(out->descriptor))
		return DONE;
	close(out->descriptor);
	return diag_break(diag, "listen address",
		"%s cannot be made to drop connections: its queue does not fill", text);
}
