/*
 * Accepts the connections of all listeners.
 *
 * libmicrohttpd could do that, but where descriptors run out, a daemon of its without a
 * connection asks again without a pause, and one that has some waits until one of them is
 * closed, whoever holds the descriptors. Here clients wait in the kernel's queues
 * while few descriptors are left, so that logs and the store have some, and the control
 * API more than devices; they are accepted when others have gone.
 */
#pragma once

#include "server/http_daemon.h"

struct http_accept;

/* Raises RLIMIT_NOFILE to the hard limit and returns it, INT_MAX at most. */
unsigned http_accept_raise_limit(void);

/*
 * Accepts for `count` daemons from `listeners`, both borrowed, once `epoll`, a loop's that is borrowed
 * too, says that a listener's descriptor is readable. DONE or BROKEN.
 */
int http_accept_new(struct http_accept **out, int epoll, const struct http_listener *listeners,
	struct http_daemon *const *daemons, size_t count, struct http_traffic *traffic,
	struct diag *diag);

/* Accepts some of those that wait at this descriptor; does nothing when it is no listener's. */
void http_accept_take(struct http_accept *accept, int descriptor);

/* Accepts again where that had ended for want of descriptors and there are some. For each turn of the loop. */
void http_accept_look(struct http_accept *accept);

/* Returns after how many milliseconds http_accept_look is to be called anyhow; -1: never. */
int http_accept_timeout(const struct http_accept *accept);

/* Accepts NULL. The listeners' descriptors stay open, and with the caller. */
void http_accept_free(struct http_accept *accept);
