#include "server/http_connection.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>

#include "common/memory.h"
#include "server/request.h"

struct http_connection *
http_connection_new(int descriptor, const struct sockaddr *client, uint64_t number)
{
	struct http_connection *connection = memory_new(1, sizeof(*connection));
	struct sockaddr_storage local = {0};
	socklen_t size = sizeof(local);

	connection->number = number;
	connection->descriptor = descriptor;
	http_address_text(connection->client_address, &connection->client_port, client);
	getsockname(descriptor, (struct sockaddr *)&local, &size);
	http_address_text(connection->server_address, &connection->server_port,
		(const struct sockaddr *)&local);
	return connection;
}

void
http_connection_begin(struct http_connection *connection, struct request *request)
{
	request->connection = connection->number;
	request->nth = ++connection->exchanges;
	request->client_address = connection->client_address;
	request->client_port = connection->client_port;
	request->server_address = connection->server_address;
	request->server_port = connection->server_port;
}

/* Returns which of POLLRDHUP, POLLERR and POLLHUP are so now. */
static int
client_state(int descriptor)
{
	struct pollfd state = {.fd = descriptor, .events = POLLRDHUP};

	return poll(&state, 1, 0) > 0 ? state.revents : 0;
}

bool
http_connection_is_half_closed(int descriptor)
{
	return client_state(descriptor) & POLLRDHUP;
}

bool
http_connection_is_reset(int descriptor)
{
	return client_state(descriptor) & (POLLERR | POLLHUP);
}

/* RFC 9293 3.9.1.6: an aborted connection is one that the other side sees reset. SO_LINGER would not
 * do it, since libmicrohttpd shuts the connection down first. */
void
http_connection_reset(int descriptor)
{
	static const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

	(void)connect(descriptor, &nowhere, sizeof(nowhere));
}

struct http_connection_counts
http_connection_count(int descriptor)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size);
	return (struct http_connection_counts){
		.received = info.tcpi_bytes_received,
		.sent = info.tcpi_bytes_sent - info.tcpi_bytes_retrans,
		.quiet_ms = info.tcpi_last_data_recv,
	};
}
