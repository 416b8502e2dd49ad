/*
 * HTTP as the client speaks it, one request at a time. The only file that
 * knows libcurl.
 *
 * What is sent is sent once: each request has a connection of its own, because
 * libcurl repeats a request by itself when a kept connection turns out to be
 * closed, and the server would count two. It goes to the named server itself,
 * never through a proxy of the environment.
 */
#pragma once

#include <stdbool.h>

#include "common/buffer.h"
#include "common/diag.h"

/* What an answer may weigh; a GetCACert of a long chain has about 20 kB. */
#define HTTP_REPLY_MAX (4 << 20)

struct http_settings {
	const char *user_agent;
	int64_t timeout_ms; /* for one request, from the name's resolution to the last byte; 0: none */
	const char *tls_ca; /* PEM file with the CAs to trust; NULL: those of the system */
	bool insecure;      /* takes any TLS certificate */
};

/* All views are borrowed until http_client_send returns. */
struct http_request {
	const char *method; /* "GET", "POST", "PUT", ... */
	const char *url;
	const char *content_type; /* of the body */
	struct bytes body;        /* of all methods but GET */
	const char *token;        /* a bearer token; NULL: none */
	/* Takes an answer of status 200 bit by bit, instead of http_reply.body, and says whether it wants
	 * more. NULL: it is collected. */
	bool (*take)(void *context, struct bytes part);
	void *take_context;
	const char
		*credentials; /* "USER:PASSWORD" for Basic or NTLM as the server asks; NULL: none */
	bool follow;          /* goes where a redirection points, five times at most */
};

/* Owns its body. All zero before. */
struct http_reply {
	unsigned status;
	char content_type[128]; /* the header's value as sent; empty: there was none */
	char location[512];     /* the header's value as sent; empty: there was none */
	char verdict[16];       /* likewise, X-Mock-Verdict of the control API */
	struct buffer body;
	int64_t microseconds; /* from the request to the last byte of the answer */
};

/* How http_client_send may end besides DONE, REFUSED and BROKEN. */
enum http_outcome {
	HTTP_NO_ANSWER = 2, /* the server was reached, and closed without a whole answer */
};

#define HTTP_REPLY_CLEANUP __attribute__((cleanup(http_reply_done)))

void http_reply_done(struct http_reply *reply);

struct http_client;

/* Makes a client. The settings are borrowed until it is freed. DONE or BROKEN. */
int http_client_new(
	struct http_client **out, const struct http_settings *settings, struct diag *diag);

void http_client_free(struct http_client *client);

/*
 * Sends a request and waits for the whole answer, whatever its status. DONE; HTTP_NO_ANSWER;
 * REFUSED when the server could not be reached, did not prove who it is, took too long or sent
 * too much; BROKEN.
 */
int http_client_send(struct http_client *client, struct http_reply *out,
	const struct http_request *request, struct diag *diag);

/* Returns whether the answer's media type is this one: parameters do not count, nor does case
 * (RFC 9110 8.3.1). */
bool http_reply_is(const struct http_reply *reply, const char *media_type);
