/*
 * The answer: what the stages say of it, and the bytes that `respond` makes.
 */
#pragma once

#include "common/buffer.h"

#define RESPONSE_HEADERS_MAX 12

/* Whose answer it is; it fixes page, Server header and log. */
enum response_from {
	RESPONSE_FROM_NOBODY, /* not answered yet, or never: nothing is sent */
	RESPONSE_FROM_PROXY,  /* the application proxy; nothing reached the server behind it */
	RESPONSE_FROM_HTTP_SYS,
	RESPONSE_FROM_IIS,
	RESPONSE_FROM_MSCEP,
	RESPONSE_FROM_MOCK,         /* this program in its own name: no such site, no such fault */
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
	bool endless; /* the body comes from the service's `more`, bit by bit; the connection ends with it */
	/* besides Content-Type, Content-Length and Connection */
	struct response_header headers[RESPONSE_HEADERS_MAX];
	size_t header_count;
};

/* Where an answer ends before its time. */
enum send_cut {
	SEND_CUT_NOWHERE,
	SEND_CUT_BEFORE_HEAD, /* not a byte is sent */
	SEND_CUT_IN_HEAD,     /* in the middle of a header */
	SEND_CUT_BEHIND_HEAD, /* the empty line is sent, no byte of the body */
	SEND_CUT_IN_BODY,     /* behind cut_body bytes of it; Content-Length promises the whole */
};

/* What comes behind the last byte. */
enum send_end {
	SEND_END_AS_HTTP, /* as the headers say; behind a cut: SEND_END_CLOSE */
	SEND_END_CLOSE,
	SEND_END_RESET, /* a TCP RST: the client meets ECONNRESET */
	SEND_END_STALL, /* silence for stall_ms, unless the client leaves before; then closed */
};

/* How the bytes leave. All zero: at once, whole, as HTTP has it. */
struct send_plan {
	bool close_connection; /* "Connection: close" and close after the last byte */
	int64_t delay_ms;      /* how much later the first byte leaves; then the cut or the end */
	enum send_cut cut;
	uint64_t cut_body; /* with SEND_CUT_IN_BODY */
	enum send_end end;
	int64_t stall_ms;        /* with SEND_END_STALL */
	uint64_t drip_bytes;     /* 0: all at once; else so many, and again every drip_ms */
	int64_t drip_ms;         /* with drip_bytes */
	const char *status_line; /* instead of "HTTP/1.1 200 OK", as it is; borrowed; NULL: none */
};

/* Returns whether not a byte of the answer is sent. */
static inline bool
send_plan_is_silent(const struct send_plan *plan)
{
	return plan->cut == SEND_CUT_BEFORE_HEAD;
}

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

/* Takes away the headers of this name, compared without case. */
void response_remove_header(struct response *response, const char *name);

/* Releases what it owns; all zero afterwards. */
void response_done(struct response *response);
