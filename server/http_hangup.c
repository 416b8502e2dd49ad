#include "server/http_hangup.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define EVENTS_AT_ONCE 64

int
http_hangup_open(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

static void
watch(int hangups, struct http_connection *connection, int operation)
{
	/* Told once, an end says nothing while its client is answered. */
	struct epoll_event event = {.events = EPOLLRDHUP | EPOLLONESHOT, .data.ptr = connection};

	epoll_ctl(hangups, operation, connection->descriptor, &event);
}

void
http_hangup_watch(int hangups, struct http_connection *connection)
{
	connection->unread_at_hangup = -1;
	watch(hangups, connection, EPOLL_CTL_ADD);
}

void
http_hangup_resume(int hangups, struct http_connection *connection)
{
	if (!connection->hung_up)
		return;
	connection->hung_up = false;
	watch(hangups, connection, EPOLL_CTL_MOD);
}

static void
look_at(int hangups, struct http_connection *connection)
{
	int unread = 0;

	connection->hung_up = connection->awaits == HTTP_AWAITS_NOTHING;
	if (connection->hung_up)
		return;
	ioctl(connection->descriptor, FIONREAD, &unread);
	/* What the library has not read the last time it was told, it cannot. */
	if (unread == connection->unread_at_hangup)
		return;
	connection->unread_at_hangup = unread;
	shutdown(connection->descriptor, SHUT_RD);
	watch(hangups, connection, EPOLL_CTL_MOD);
}

void
http_hangup_look(int hangups)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int count = epoll_wait(hangups, events, EVENTS_AT_ONCE, 0);

	for (int i = 0; i < count; i++)
		look_at(hangups, events[i].data.ptr);
}
