/*
 * A server of a few lines on a socket: it gives canned bytes to one connection
 * after the other and keeps what was asked, so that a client can be shown
 * answers that no proper server gives.
 */
#pragma once

#include <pthread.h>

#include "common/buffer.h"

#define CANNED_MAX 8

/* What one connection gets. */
struct canned_answer {
	struct bytes bytes; /* sent as they are when the request's head and body are there */
	bool keep_open;     /* until the client leaves */
};

struct canned_server {
	int listener;
	unsigned port;
	pthread_t thread;
	const struct canned_answer *answers;
	size_t count;
	/* valid after canned_server_stop */
	struct buffer requests[CANNED_MAX]; /* head and body of each, as they came */
	size_t request_count;
};

/* Listens on a free port of 127.0.0.1 and answers at most `count` connections, which is at most
 * CANNED_MAX; `answers` is borrowed. A failure ends the test. */
void canned_server_start(
	struct canned_server *out, const struct canned_answer *answers, size_t count);

/* Ends the server; connections that did not come are not waited for. */
void canned_server_stop(struct canned_server *server);

void canned_server_done(struct canned_server *server);
