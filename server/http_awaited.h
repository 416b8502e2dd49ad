/*
 * Connections on which the head of a request or its body is awaited, and how long:
 * libmicrohttpd knows how long one has been silent, but not that a head which comes byte by byte
 * never comes to its end, and it says of neither what had come. The kernel's counts tell.
 */
#pragma once

#include "server/http.h"
#include "server/http_connection.h"

/* All zero is an empty one. The I/O thread alone touches it. */
struct http_awaited {
	struct http_connection *first;
	int64_t due_ns; /* when to look at them again; 0: there are none */
};

/* A connection has been made: an exchange is awaited. */
void http_awaited_first(struct http_awaited *wait, struct http_connection *connection);

/* An exchange on it has ended: another one is awaited. `counted` says that the bytes of `before` are all that
 * came and went: no framing of chunks, no "100 Continue". */
void http_awaited_next(struct http_awaited *wait, struct http_connection *connection,
	const struct http_exchange *before, bool counted);

/* The line of a request has arrived. */
void http_awaited_line(struct http_connection *connection);

/* A whole head has arrived, and its body has not. */
void http_awaited_body(struct http_connection *connection);

/* The server could not listen for so long: its client is not to blame for that. */
void http_awaited_forgive(struct http_connection *connection, int64_t ns);

/* A whole request has arrived, or the connection is gone. */
void http_awaited_end(struct http_awaited *wait, struct http_connection *connection);

/* Returns after how many milliseconds http_awaited_sweep has something to do; -1: never. */
int http_awaited_timeout(const struct http_awaited *wait);

/* When it is time, drops those whose heads have taken as long as their connections may be silent. It is
 * noticed within a quarter of that. */
void http_awaited_sweep(struct http_awaited *wait);

/* Returns whether a connection that ends while a head is awaited ends for one of the reasons of `out`:
 * else it brought nothing and was in time. `answered`: the library is known to have answered it. */
bool http_awaited_explain(
	enum http_lapse *out, const struct http_connection *connection, bool answered);
