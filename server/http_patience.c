#include "server/http_patience.h"

#include "server/http_wire.h"

void
http_patience_begin(
	struct http_daemon *daemon, struct http_connection *connection, struct MHD_Connection *mhd)
{
	if (connection->timeout != daemon->timeout)
		MHD_set_connection_option(mhd, MHD_CONNECTION_OPTION_TIMEOUT, connection->timeout);
	connection->mhd = mhd;
	connection->older = daemon->newest;
	if (daemon->newest)
		daemon->newest->newer = connection;
	daemon->newest = connection;
}

void
http_patience_end(struct http_daemon *daemon, struct http_connection *connection)
{
	if (connection->newer)
		connection->newer->older = connection->older;
	else
		daemon->newest = connection->older;
	if (connection->older)
		connection->older->newer = connection->newer;
}

/* libmicrohttpd counts silence from when a connection that may be silent for ever no longer may. */
void
http_patience_forgive(struct http_daemon *daemon, int64_t ns)
{
	for (struct http_connection *one = daemon->newest; one; one = one->older) {
		http_awaited_forgive(one, ns);
		MHD_set_connection_option(one->mhd, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
		MHD_set_connection_option(one->mhd, MHD_CONNECTION_OPTION_TIMEOUT, one->timeout);
	}
}
