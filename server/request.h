/*
 * The request as http.sys reads it: raw, before anybody has an opinion.
 */
#pragma once

#include <stdbool.h>

#include "common/buffer.h"

struct request_header {
	const char *name;
	const char *value;
};

/* Texts are borrowed from the connection and live until the exchange has finished. */
struct request {
	const char *method; /* "GET" */
	bool method_is_cut; /* a NUL in it is where it ends here */
	bool target_is_cut;
	const char *version;     /* "HTTP/1.1" */
	const char *sent_target; /* the request target as sent, not unescaped */
	const char
		*target;   /* the same without the prefix that names a site (request_take_prefix) */
	struct bytes path; /* its path as sent; "http://host" in front of it is left out */
	struct bytes query; /* what follows the first "?", as sent; data NULL without a "?" */
	const struct request_header *headers; /* in order */
	size_t header_count;
	size_t head_size;       /* bytes of request line and headers, with the empty line */
	int64_t content_length; /* -1: none was sent, or a Transfer-Encoding beside it */
	bool invalid_length;    /* a Content-Length is no number, or there are two that differ */
	bool chunked;           /* Transfer-Encoding: chunked */
	bool unknown_coding;    /* another Transfer-Encoding: the body has no end that is known */
	bool expects_continue;
	struct buffer body; /* complete once the body has been read; empty when it was not wanted */
	bool secure;        /* it came by TLS */
	const char *client_address; /* c-ip */
	unsigned client_port;
	const char *server_address; /* s-ip */
	unsigned server_port;
	uint64_t connection; /* counted from 1 in the order of accepting */
	unsigned nth;        /* which exchange on that connection, from 1 */
};

/* Sets target, path and query from a request target, which is borrowed (RFC 9112 3.2). */
void request_set_target(struct request *request, const char *target);

/*
 * Takes the first `size` bytes off the path, and off the target unless that is in absolute form, so that
 * what follows sees the URL of a deployment with a server of its own. Returns them.
 */
struct bytes request_take_prefix(struct request *request, size_t size);

/* Sets content_length, invalid_length, chunked, unknown_coding and expects_continue from version and
 * headers. libmicrohttpd has refused a first length that is no number, and takes the first of two. */
void request_set_framing(struct request *request);

/* Returns whether the connection is to be closed behind the answer (RFC 9112 9.3), also of a request whose
 * framing is invalid, or said twice, by length and by coding (6.1). An HTTP/1.0 client's wish to keep it is not
 * granted. */
bool request_is_last(const struct request *request);

/* Returns the value of the first header of this name, compared without case, or NULL. */
const char *request_header(const struct request *request, const char *name);

/* Returns how many headers of this name there are. */
size_t request_count_headers(const struct request *request, const char *name);

/* Returns whether a header of this name holds `token` in its comma-separated list, compared without
 * case (RFC 9110 5.6.1). */
bool request_header_lists(const struct request *request, const char *name, const char *token);

/*
 * Finds a query parameter in the raw query. Parameters are separated by "&"; each "?" in front of a
 * name is skipped (some clients send "??operation="); names are compared without case; the first
 * one wins. `out` gets the raw value, not unescaped; it is empty when the name stands without "=".
 * Returns false when there is no such parameter.
 */
bool request_parameter(struct bytes *out, const struct request *request, const char *name);
