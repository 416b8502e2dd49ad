#include "server/http_stuck.h"

#include <sys/ioctl.h>

static void
look_at(struct http_connection *connection)
{
	uint64_t received = http_connection_count(connection->descriptor).received;
	int unread = 0;

	ioctl(connection->descriptor, FIONREAD, &unread);
	if (unread <= 0) {
		connection->stuck_at = 0;
		return;
	}
	connection->unreadable = connection->stuck_at == received - (uint64_t)unread;
	connection->stuck_at = received - (uint64_t)unread;
	if (connection->unreadable)
		http_connection_reset(connection->descriptor);
}

void
http_stuck_look(struct http_awaited *wait)
{
	for (struct http_connection *one = wait->first; one; one = one->next)
		if (one->awaits == HTTP_AWAITS_BODY)
			look_at(one);
}
