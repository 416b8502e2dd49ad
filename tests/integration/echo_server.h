/*
 * An HTTP server whose service only tells what it was asked. The query of a
 * request says how it is to be answered:
 *
 *   work      on a worker thread, behind a gate that the test opens
 *   hold      after the I/O thread has waited at the gate, against all rules
 *   refuse    as soon as the head is there
 *   close     and close the connection
 *   silent    not at all
 *   status=N  with another status than 200
 *   size=N    with N bytes in place of the report
 *   endless   with bytes in its place that never end
 *   delay=MS, cut=N, cut_body=N, end=N, stall=MS, drip=N, drip_ms=MS, garbage
 *             as the send plan has it; cut and end by their enum's number
 *   limit=N   after at most N bytes of body (otherwise 1 MiB)
 *
 * The report is "METHOD TARGET VERSION", one "Name: value" for each header, an
 * empty line (all ended by "\n") and the body.
 */
#pragma once

#include <pthread.h>

#include "server/http.h"
#include "tests/integration/raw_client.h"

#define ECHO_RECORDS_MAX 1024

/* What is kept of a finished exchange. */
struct echo_record {
	enum http_end end;
	unsigned status;
	uint64_t connection;
	unsigned nth;
	int64_t content_length;
	bool chunked;
	bool expects_continue;
	size_t head_size;
	uint64_t body_size;
	uint64_t bytes_received;
	uint64_t bytes_sent;
	int64_t duration_ns;
};

struct echo_server {
	struct http_service service;
	struct http_listener listener;
	struct http *http;
	pthread_t thread;
	pid_t thread_id; /* of `thread`, for /proc */
	unsigned drain_ms;
	int result;              /* of http_run */
	_Atomic size_t streamed; /* bytes of endless answers */
	pthread_mutex_t lock;    /* of all that follows */
	pthread_cond_t changed;
	bool gate_open;
	unsigned begun;    /* exchanges whose head has arrived */
	unsigned working;  /* exchanges at the gate or behind it */
	unsigned worked;   /* exchanges that came through the gate */
	unsigned finished; /* exchanges that ended; so many records there are */
	unsigned ended;    /* 1: http_run has returned */
	bool overlapped;   /* an exchange ended while it was at work */
	struct echo_record records[ECHO_RECORDS_MAX];
};

struct echo_options {
	const char *address;
	unsigned workers;
	unsigned timeout; /* seconds */
	unsigned drain_ms;
};

/* Starts the server with its gate open; the test fails when it cannot. */
void echo_start(struct echo_server *server, struct echo_options options);

/* Connects a client; the test fails when that fails. */
struct raw_client echo_connect(const struct echo_server *server);

/* Reads an answer, which must come and have this status, and returns its body as text; that belongs
 * to `response`. */
const char *echo_read(struct raw_response *response, struct raw_client *client, unsigned status);

/* Opens or closes the gate before the work. */
void echo_gate(struct echo_server *server, bool open);

/* Wait until at least so many exchanges have come so far; the test fails when they do not. */
void echo_wait_begun(struct echo_server *server, unsigned count);
void echo_wait_working(struct echo_server *server, unsigned count);
void echo_wait_finished(struct echo_server *server, unsigned count);

/* Waits until nobody takes more of the endless answers. */
void echo_wait_stuck(struct echo_server *server);

/* Returns the record of the exchange that ended as the nth, from 0, once it has. */
struct echo_record echo_record(struct echo_server *server, unsigned nth);

/* Stops the server and releases it. http_run must have ended well. */
void echo_stop(struct echo_server *server);

/* As echo_stop in two halves, for a server that something else stops: waits until http_run has
 * returned; releases the server. */
void echo_wait_ended(struct echo_server *server);
void echo_free(struct echo_server *server);
