/*
 * An HTTP request as a fuzzer writes it, as the loop hands one to a service.
 *
 * What libmicrohttpd refuses by itself is not made of it: the method, the target and the values of
 * headers have no NUL and no line end, the version is one of two, the first Content-Length is a number.
 */
#pragma once

#include "common/buffer.h"
#include "server/http.h"

#define HTTP_TEXT_HEADERS_MAX 256

struct http_text {
	char *text; /* what the request's views point into */
	struct http_exchange exchange;
	struct request_header headers[HTTP_TEXT_HEADERS_MAX];
	struct bytes body;
};

/* Reads "METHOD TARGET VERSION", headers a line each, an empty line, a body. What is missing is as
 * short as it can be; what are too many headers is left out. */
void http_text_read(struct http_text *out, struct bytes bytes);

/* Plays it to a service from its head to its end, on this thread; an answer that waits is due at once. The
 * answer is there until http_text_done. */
void http_text_play(struct http_text *request, const struct http_service *service);

/* Ends the exchange and releases everything. */
void http_text_done(struct http_text *request, const struct http_service *service);
