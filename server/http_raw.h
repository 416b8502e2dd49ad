/*
 * An answer that libmicrohttpd cannot say: cut, dripped, stalled, behind a line
 * that is no status line. It is rendered whole, with the headers that an ordinary
 * answer would have, and written to the socket as its send plan has it.
 */
#pragma once

#include <stdbool.h>

#include "server/http.h"

/* All zero before http_raw_init. */
struct http_raw {
	struct buffer bytes; /* head and body */
	size_t size;         /* how many of them are sent */
	size_t sent;
	bool stalled; /* the silence at the end has begun */
	bool broken;  /* the client has gone; nothing more can be sent */
};

/* What is to be done before the next call of http_raw_go. */
enum http_raw_step {
	HTTP_RAW_WAIT,     /* wait for so long */
	HTTP_RAW_WRITABLE, /* wait until the socket takes more */
	HTTP_RAW_CLOSE,    /* the end: close the connection */
	HTTP_RAW_RESET,    /* the end: reset it */
};

/* Writes to the connection; as send(2) with MSG_DONTWAIT. */
typedef ssize_t http_raw_write(void *context, const void *data, size_t size);

/* Returns whether a plan needs this module. */
bool http_raw_is_needed(const struct send_plan *plan);

/* Appends status line and headers in the order in which libmicrohttpd writes them too, which an
 * ordinary answer leaves to it; exchange->reason and closes are filled. Returns the size of the status
 * line. */
size_t http_raw_write_head(struct buffer *out, const struct http_exchange *exchange);

/* Returns whether the answer's body is sent: not of 204 and 304, and not to HEAD. */
bool http_raw_has_body(const struct http_exchange *exchange);

/* Renders an answer. */
void http_raw_init(struct http_raw *raw, const struct http_exchange *exchange);

/* Goes on with it; `wait_ms` is filled with HTTP_RAW_WAIT. */
enum http_raw_step http_raw_go(struct http_raw *raw, int64_t *wait_ms, const struct send_plan *plan,
	http_raw_write *write, void *context);

/* Returns how the exchange ended that was sent to the end of its plan. */
enum http_end http_raw_end(const struct http_raw *raw, const struct send_plan *plan);

void http_raw_done(struct http_raw *raw);
