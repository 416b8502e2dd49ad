/*
 * How long clients may be silent: libmicrohttpd drops who is silent for longer, and
 * must not count the time in which the server itself was stopped.
 */
#pragma once

#include "server/http_connection.h"

struct http_daemon;
struct MHD_Connection;

/* Begins to count a connection, whose `timeout` is set; until http_patience_end. */
void http_patience_begin(
	struct http_daemon *daemon, struct http_connection *connection, struct MHD_Connection *mhd);
void http_patience_end(struct http_daemon *daemon, struct http_connection *connection);

/* The process was stopped for so long: what clients sent meanwhile is there, and the time is not held
 * against them. Before http_daemon_run, which else drops those that seem to have been silent. */
void http_patience_forgive(struct http_daemon *daemon, int64_t ns);
