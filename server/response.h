/*
 * The answer: what the stages say of it, and the bytes that `respond` makes.
 */
#pragma once

#include "common/buffer.h"

#define RESPONSE_HEADERS_MAX 12

/* Whose answer it is; it fixes page, Server header and log. */
enum response_from {
	RESPONSE_FROM_NOBODY, /* not answered yet */
	RESPONSE_FROM_HTTP_SYS,
	RESPONSE_FROM_IIS,
	RESPONSE_FROM_MSCEP,
	RESPONSE_FROM_HTTP_LIBRARY, /* libmicrohttpd's own, to a body that it cannot read */
};

struct response_header {
	const char *name; /* static */
	char *value;      /* owned by the response */
};

/* All zero is "not answered". */
struct response {
	enum response_from from;
	unsigned status;          /* sc-status */
	unsigned substatus;       /* sc-substatus */
	uint32_t win32_status;    /* sc-win32-status */
	const char *content_type; /* static; NULL: no Content-Type header */
	struct buffer body;
	/* besides Content-Type, Content-Length and Connection */
	struct response_header headers[RESPONSE_HEADERS_MAX];
	size_t header_count;
};

/* How the bytes leave. */
struct send_plan {
	bool close_connection; /* "Connection: close" and close after the last byte */
	bool no_answer;        /* close at once, without a byte of an answer */
};

/* Says who answers with what; `respond` renders the page that belongs to it unless there is a
 * body. */
void response_set(struct response *response, enum response_from from, unsigned status,
	unsigned substatus, uint32_t win32_status);

/*
 * Adds a header, at most RESPONSE_HEADERS_MAX of them. `name` is static; `value` is copied and not
 * empty. Control characters become spaces: what a client sent and a Location repeats must not begin
 * another header.
 */
void response_add_header(struct response *response, const char *name, const char *value);

/* Releases what it owns; all zero afterwards. */
void response_done(struct response *response);
