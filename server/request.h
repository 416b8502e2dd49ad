/*
 * The request as http.sys reads it: raw, before anybody has an opinion.
 */
#pragma once

#include <stdbool.h>

#include "common/buffer.h"

#define REQUEST_HEADERS_MAX 128

struct request_header {
	const char *name;
	const char *value;
};

/* Texts are borrowed from the connection and live until the exchange has finished. */
struct request {
	const char *method;      /* "GET" */
	const char *version;     /* "HTTP/1.1" */
	const char *target;      /* the request target as sent, not unescaped */
	struct bytes path;       /* the target before its first "?", as sent */
	struct bytes query;      /* what stands behind the first "?", as sent; data NULL when there is no "?" */
	struct request_header headers[REQUEST_HEADERS_MAX];
	size_t header_count;
	size_t head_size;        /* bytes of request line and headers, with the empty line */
	int64_t content_length;  /* -1: none was sent */
	bool chunked;
	bool expects_continue;
	struct buffer body;      /* complete once the body has been read; empty when it was not wanted */
	char client_address[64]; /* c-ip */
	unsigned client_port;
	char server_address[64]; /* s-ip */
	unsigned server_port;
	uint64_t connection;     /* counted from 1 in the order of accepting */
	unsigned nth;            /* which exchange on that connection, from 1 */
};

/* Returns the value of the first header of this name, compared without case, or NULL. */
const char *request_header(const struct request *request, const char *name);

/*
 * Finds a query parameter in the raw query. Parameters are separated by "&"; a "?" in front of the
 * name is skipped (some clients send "??operation="); names are compared without case; the first
 * one wins. `out` gets the raw value, not unescaped. Returns false when it is not there.
 */
bool request_parameter(struct bytes *out, const struct request *request, const char *name);
