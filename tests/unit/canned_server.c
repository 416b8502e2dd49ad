#include "tests/unit/canned_server.h"

#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Returns how many bytes the whole request has, or 0 while its head is not complete. */
static size_t
request_size(struct buffer *request)
{
	const char *text = buffer_text(request);
	const char *end = strstr(text, "\r\n\r\n");
	const char *length = strcasestr(text, "\r\nContent-Length:");

	if (!end)
		return 0;
	return (size_t)(end + 4 - text) +
		(length && length < end ? strtoul(length + 17, NULL, 10) : 0);
}

static void
read_request(struct buffer *out, int connection)
{
	uint8_t piece[4096];
	size_t whole = 0;

	while (whole == 0 || out->size < whole) {
		ssize_t size = recv(connection, piece, sizeof(piece), 0);

		if (size <= 0)
			return;
		buffer_append(out, BYTES(piece, size));
		whole = request_size(out);
	}
}

static void
answer(int connection, const struct canned_answer *answer)
{
	struct bytes left = answer->bytes;
	uint8_t ignored;

	while (left.size > 0) {
		ssize_t size = send(connection, left.data, left.size, MSG_NOSIGNAL);

		if (size <= 0)
			return;
		left = BYTES(left.data + size, left.size - (size_t)size);
	}
	if (answer->keep_open)
		while (recv(connection, &ignored, 1, 0) > 0)
			;
}

static void *
serve(void *context)
{
	struct canned_server *server = context;

	while (server->request_count < server->count) {
		int connection = accept(server->listener, NULL, NULL);

		if (connection < 0)
			return NULL;
		read_request(&server->requests[server->request_count], connection);
		answer(connection, &server->answers[server->request_count]);
		server->request_count++;
		close(connection);
	}
	return NULL;
}

void
canned_server_start(struct canned_server *out, const struct canned_answer *answers, size_t count)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);

	ck_assert_uint_le(count, CANNED_MAX);
	*out = (struct canned_server){.answers = answers, .count = count};
	out->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(out->listener, 0);
	ck_assert_int_eq(bind(out->listener, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(listen(out->listener, CANNED_MAX), 0);
	ck_assert_int_eq(getsockname(out->listener, (struct sockaddr *)&address, &size), 0);
	out->port = ntohs(address.sin_port);
	ck_assert_int_eq(pthread_create(&out->thread, NULL, serve, out), 0);
}

void
canned_server_stop(struct canned_server *server)
{
	shutdown(server->listener, SHUT_RDWR); /* wakes accept */
	pthread_join(server->thread, NULL);
	close(server->listener);
}

void
canned_server_done(struct canned_server *server)
{
	for (size_t i = 0; i < CANNED_MAX; i++)
		buffer_done(&server->requests[i]);
}
