/*
 * Clients that hang up: that close their sending side. libmicrohttpd reads a socket when epoll says
 * that it has changed, and misses an end that comes in one piece with the last bytes. So each
 * connection is watched for its end alone, and the library is made to look again.
 */
#pragma once

#include "server/http_connection.h"

/* Returns a descriptor, the caller's to close, that is readable when http_hangup_look has something to do;
 * -1 with errno. */
int http_hangup_open(void);

/* Watches a connection from now on, until its descriptor is closed. */
void http_hangup_watch(int hangups, struct http_connection *connection);

/* Watches it again, if its end was seen while nothing was awaited. */
void http_hangup_resume(int hangups, struct http_connection *connection);

/* Has the library find the ends of connections on which it awaits more. To be called when it has read what
 * there was, and released no connection since. */
void http_hangup_look(int hangups);
