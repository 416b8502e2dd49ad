#include "tests/integration/raw_client.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "server/http_listen.h"

/* Waits until the socket can be read or written; false, with `state` set, when it takes too
 * long. */
static bool
wait_for(struct raw_client *client, short events, int64_t deadline)
{
	struct pollfd socket = {.fd = client->descriptor, .events = events};
	int64_t left;

	do
		left = deadline - clock_monotonic_ns() / 1000000;
	while (left > 0 && poll(&socket, 1, (int)left) < 0 && errno == EINTR);
	if (socket.revents == 0)
		client->state = RAW_SILENT;
	return socket.revents != 0;
}

static int64_t
deadline_in(int ms)
{
	return clock_monotonic_ns() / 1000000 + ms;
}

static int64_t
patience(void)
{
	return deadline_in(RAW_PATIENCE_MS);
}

/* Reads what is there. False when nothing came; then the connection has ended or is silent. */
static bool
receive(struct raw_client *client, int64_t deadline)
{
	uint8_t data[16384];
	ssize_t size;

	if (client->state != RAW_OPEN || !wait_for(client, POLLIN, deadline))
		return false;
	size = recv(client->descriptor, data, sizeof(data), 0);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (size > 0)
		buffer_append(&client->received, BYTES(data, (size_t)size));
	else
		client->state = size == 0 ? RAW_CLOSED : RAW_RESET;
	client->error = size < 0 ? errno : 0;
	return size > 0;
}

/* Moves the first `size` received bytes, or what there is of them, to `out`. */
static void
take(struct buffer *out, struct raw_client *client, size_t size)
{
	struct buffer *from = &client->received;

	if (size > from->size)
		size = from->size;
	if (size == 0)
		return;
	buffer_append(out, BYTES(from->data, size));
	from->size -= size;
	memmove(from->data, from->data + size, from->size);
}

/* Reads until `size` bytes are there and moves them to `out`; false when fewer came. */
static bool
take_all(struct buffer *out, struct raw_client *client, size_t size)
{
	int64_t deadline = patience();
	bool complete;

	while (client->received.size < size && receive(client, deadline))
		;
	complete = client->received.size >= size;
	take(out, client, size);
	return complete;
}

/* Reads until the empty line behind the headers has been moved to `out`. */
static bool
take_head(struct buffer *out, struct raw_client *client)
{
	struct buffer *from = &client->received;
	int64_t deadline = patience();
	const uint8_t *end;

	while (!(end = from->size ? memmem(from->data, from->size, "\r\n\r\n", 4) : NULL))
		if (!receive(client, deadline)) {
			take(out, client, from->size);
			return false;
		}
	take(out, client, (size_t)(end - from->data) + 4);
	return true;
}

static unsigned
status_of(struct buffer *head)
{
	const char *text = buffer_text(head);

	return strncmp(text, "HTTP/1.", 7) == 0 && text[8] == ' ' ? (unsigned)atoi(text + 9) : 0;
}

static bool
read_response(struct raw_response *out, struct raw_client *client, bool head_only)
{
	struct bytes length;

	raw_response_done(out);
	if (!take_head(&out->head, client))
		return false;
	out->status = status_of(&out->head);
	if (out->status == 0)
		return false;
	if (head_only || out->status < 200 || out->status == 204 || out->status == 304)
		return true;
	length = raw_header(out, "Content-Length");
	if (length.data)
		return take_all(&out->body, client, strtoul((const char *)length.data, NULL, 10));
	raw_read_end(client);
	take(&out->body, client, client->received.size);
	return client->state == RAW_CLOSED;
}

/* Connects a socket that does not block; errno when it fails, 0 when there is a connection or the
 * deadline has passed. */
static int
make_connection(struct raw_client *client, const struct addrinfo *where, int64_t deadline)
{
	socklen_t size = sizeof(int);
	int error = 0;

	if (connect(client->descriptor, where->ai_addr, where->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	if (wait_for(client, POLLOUT, deadline))
		getsockopt(client->descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

static void
open_connection(struct raw_client *client, const struct addrinfo *where, int64_t deadline)
{
	static const int on = 1;

	client->descriptor =
		socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (client->descriptor < 0)
		return;
	client->state = RAW_OPEN;
	client->error = make_connection(client, where, deadline);
	if (client->error) {
		raw_close(client);
		client->state = RAW_REFUSED;
		return;
	}
	fcntl(client->descriptor, F_SETFL, fcntl(client->descriptor, F_GETFL) & ~O_NONBLOCK);
	setsockopt(client->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

struct raw_client
raw_connect_within(const char *address, unsigned port, int ms)
{
	struct raw_client client = {.descriptor = -1, .state = RAW_REFUSED};
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *where;
	char service[16];

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(address, service, &hints, &where) != 0)
		return client;
	open_connection(&client, where, deadline_in(ms));
	freeaddrinfo(where);
	return client;
}

struct raw_client
raw_connect(const char *address, unsigned port)
{
	return raw_connect_within(address, port, RAW_PATIENCE_MS);
}

unsigned
raw_port(const struct raw_client *client)
{
	struct sockaddr_storage address;
	char text[HTTP_ADDRESS_SIZE];
	socklen_t size = sizeof(address);
	unsigned port;

	if (getsockname(client->descriptor, (struct sockaddr *)&address, &size) != 0)
		return 0;
	http_address_text(text, &port, (const struct sockaddr *)&address);
	return port;
}

bool
raw_send(struct raw_client *client, struct bytes bytes)
{
	int64_t deadline = patience();
	ssize_t sent;

	while (bytes.size > 0) {
		if (client->descriptor < 0 || !wait_for(client, POLLOUT, deadline))
			return false;
		sent = send(
			client->descriptor, bytes.data, bytes.size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN && errno != EINTR) {
			client->state = RAW_RESET;
			client->error = errno;
			return false;
		}
		if (sent > 0)
			bytes = BYTES(bytes.data + sent, bytes.size - (size_t)sent);
	}
	return true;
}

bool
raw_send_format(struct raw_client *client, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	bool sent;

	va_start(arguments, format);
	sent = vasprintf(&text, format, arguments) >= 0 && raw_send(client, bytes_text(text));
	va_end(arguments);
	free(text);
	return sent;
}

bool
raw_read(struct raw_response *out, struct raw_client *client)
{
	return read_response(out, client, false);
}

bool
raw_read_head(struct raw_response *out, struct raw_client *client)
{
	return read_response(out, client, true);
}

enum raw_state
raw_read_end_within(struct raw_client *client, int ms)
{
	int64_t deadline = deadline_in(ms);

	while (receive(client, deadline))
		;
	return client->state;
}

enum raw_state
raw_read_end(struct raw_client *client)
{
	return raw_read_end_within(client, RAW_PATIENCE_MS);
}

void
raw_half_close(struct raw_client *client)
{
	shutdown(client->descriptor, SHUT_WR);
}

void
raw_close(struct raw_client *client)
{
	if (client->descriptor >= 0)
		close(client->descriptor);
	client->descriptor = -1;
	buffer_done(&client->received);
}

void
raw_reset(struct raw_client *client)
{
	/* A socket that does not linger at all is reset when it is closed. */
	static const struct linger none = {.l_onoff = 1, .l_linger = 0};

	setsockopt(client->descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	raw_close(client);
}

struct bytes
raw_header(const struct raw_response *response, const char *name)
{
	const char *line = response->head.size ? (const char *)response->head.data : "";
	const char *end = line + response->head.size;
	size_t size = strlen(name);

	while ((line = memmem(line, (size_t)(end - line), "\r\n", 2)) && (line += 2) < end) {
		const char *stop = memmem(line, (size_t)(end - line), "\r\n", 2);

		if (!stop || (size_t)(stop - line) <= size || line[size] != ':' ||
			strncasecmp(line, name, size) != 0)
			continue;
		line += size + 1;
		while (line < stop && *line == ' ')
			line++;
		return BYTES(line, (size_t)(stop - line));
	}
	return BYTES_NONE;
}

size_t
raw_response_size(const struct raw_response *response)
{
	return response->head.size + response->body.size;
}

void
raw_response_done(struct raw_response *response)
{
	buffer_done(&response->head);
	buffer_done(&response->body);
	response->status = 0;
}
