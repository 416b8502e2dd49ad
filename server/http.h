/*
 * HTTP on our own loop.
 *
 * One I/O thread waits on the epoll descriptors of libmicrohttpd's daemons and
 * runs them; work that needs a private key is suspended, done by a worker
 * thread, and resumed by the I/O thread. What an exchange means is the business
 * of a service: a set of functions given with the listener.
 */
#pragma once

#include <sys/types.h>

#include "common/diag.h"
#include "server/http_listen.h"
#include "server/request.h"
#include "server/response.h"

struct http;

#define HTTP_STREAM_BEAT_MS 15000

/* How an exchange ended on the wire. */
enum http_end {
	HTTP_END_SENT,           /* the last byte of the answer was handed to the kernel */
	HTTP_END_CLIENT_LEFT,    /* the client closed or reset the connection before that */
	HTTP_END_TIMED_OUT,      /* the client neither sent nor read for too long */
	HTTP_END_MALFORMED,      /* the body could not be read; libmicrohttpd answered by itself, or
				  * could not even do that, and the connection was reset */
	HTTP_END_CLOSED_BY_PLAN, /* send.cut or send.end: before the whole answer was sent */
	HTTP_END_RESET_BY_PLAN,
	HTTP_END_STALLED_BY_PLAN, /* and then closed */
	HTTP_END_SHUTDOWN,        /* the server stopped */
	HTTP_END_COUNT,
};

/* How a connection ended on which a request was awaited whose head never was complete. */
enum http_lapse {
	HTTP_LAPSE_IDLE,        /* nothing came for too long */
	HTTP_LAPSE_HEADERS,     /* something came, and not the rest for too long */
	HTTP_LAPSE_CLIENT_LEFT, /* something came, and the client went */
	HTTP_LAPSE_REFUSED,     /* what came is no request to libmicrohttpd, which has closed it */
};

/* One exchange as the wire knows it. http.c owns it from the request line to `finished`. */
struct http_exchange {
	struct request request;   /* filled by http.c */
	struct response response; /* filled by the service before it answers; with
				   * HTTP_END_MALFORMED, what libmicrohttpd answered, or from nobody */
	struct send_plan send;    /* filled by the service before it answers */
	const char *reason; /* the phrase of the status; filled by http.c when it answers, static */
	bool closes;        /* the connection is closed behind the answer; likewise */
	void *data;         /* the service's own */
	/* How many bytes of body the service wants, set in `headers`. A longer body is read to
	 * its end so that the connection lives on, but not kept: request.body is empty and
	 * body_size says how long it was. */
	uint64_t body_limit;
	uint64_t body_size;
	int64_t wait_ms; /* set with HTTP_WAIT: until `again` is called anyhow */
	/* filled by http.c before `finished` */
	enum http_end end;
	bool body_missing; /* with HTTP_END_TIMED_OUT: the client had not sent all of it */
	int64_t begun_ns;  /* clock_monotonic_ns at the request line */
	int64_t ended_ns;
	uint64_t bytes_received; /* cs-bytes: head and body, without the framing of chunks */
	/* sc-bytes: status line, headers and body; 0 unless the answer was sent, or broken off by
	 * plan */
	uint64_t bytes_sent;
};

/* What the loop does next. */
enum http_step {
	HTTP_READ_BODY, /* of `headers` alone: read the body, then call `body` */
	HTTP_ANSWER,    /* response and send are complete */
	HTTP_WORK,      /* of `body` alone: call `work` on a worker thread, then answer */
	HTTP_WORK_LONG, /* the same for what takes seconds: on a thread that devices do not need */
	HTTP_WAIT,      /* of `body` and `again`: the answer waits for an event (http_poke) */
};

/* What a listener serves. All but `work` are called on the I/O thread and must not wait. */
struct http_service {
	void *context;
	/* The head has arrived and `request` is filled. With HTTP_ANSWER the body that follows
	 * is read and dropped before the answer, unless the client waits for "100 Continue", uses
	 * an unknown transfer coding, or send.close_connection is set: then it is answered at once and the
	 * connection closed. */
	enum http_step (*headers)(void *context, struct http_exchange *exchange);
	/* The body has arrived (or there is none). Called after `headers` returned
	 * HTTP_READ_BODY. */
	enum http_step (*body)(void *context, struct http_exchange *exchange);
	/* On a worker thread: the long part. Then the answer is complete. What is HTTP_WORK_LONG is done one after
	 * the other. */
	void (*work)(void *context, struct http_exchange *exchange);
	/* On the I/O thread, when `work` is done and before the answer leaves. NULL: it is complete. */
	void (*worked)(void *context, struct http_exchange *exchange);
	/* On the I/O thread, just before the exchange waits for a worker thread; in the order in which
	 * `work` begins. NULL: nobody wants to know. */
	void (*queued)(void *context, struct http_exchange *exchange);
	/* Of an exchange that waits: http_poke was called, or (`due`) wait_ms have passed. With HTTP_WAIT
	 * it waits on. NULL: the service never waits. */
	enum http_step (*again)(void *context, struct http_exchange *exchange, bool due);
	/* Of an answer whose response.endless is set: writes up to `room` bytes of its body to `out` and
	 * returns how many; 0: nothing now, it is asked again after http_poke and at least every
	 * HTTP_STREAM_BEAT_MS, then with `due`; negative: that was the end. */
	ssize_t (*more)(
		void *context, struct http_exchange *exchange, uint8_t *out, size_t room, bool due);
	/* The last byte is out or will never be: write the logs, release `data`. Called exactly
	 * once for each exchange for which `headers` was called, never while `work` runs. */
	void (*finished)(void *context, struct http_exchange *exchange);
	/* A connection has ended without the head that it was to bring. Of `request` the addresses are
	 * known, and the target where its line had arrived; else that is NULL, as method and version are.
	 * `status` is what libmicrohttpd has answered; 0: nothing, or that is not known. On the I/O
	 * thread. NULL: nobody wants to know. */
	void (*lapsed)(
		void *context, const struct request *request, enum http_lapse how, unsigned status);
	/* It may use descriptors that others leave free (http_accept.h). */
	bool is_control;
	/* Returns how many seconds a client that connects now may be silent. NULL: as the listener. */
	unsigned (*timeout)(void *context);
};

/*
 * Makes the loop with its listeners (copied; descriptors are taken over unless it fails) and
 * `workers` threads (0: one for each core), and one for long work. Raises RLIMIT_NOFILE to the hard limit. SIGTERM and
 * SIGINT, which end the loop, SIGHUP (http_set_sighup), SIGPIPE and SIGXFSZ are blocked from now on in the calling thread and
 * those that it makes; call it before any other thread is made. DONE or BROKEN.
 */
int http_new(struct http **out, const struct http_listener *listeners, size_t count,
	unsigned workers, struct diag *diag);

/*
 * Runs the loop in the calling thread until SIGTERM, SIGINT or http_stop; then stops accepting,
 * lets exchanges in flight finish for at most `drain_ms` milliseconds, and returns. DONE or BROKEN.
 */
int http_run(struct http *http, unsigned drain_ms, struct diag *diag);

/* Has SIGHUP call a function, on the I/O thread; before http_run. Until then it does nothing. */
void http_set_sighup(struct http *http, void (*sighup)(void *context), void *context);

/* Has a function called on the I/O thread whenever a descriptor, which is borrowed, is readable; once, before
 * http_run. DONE or BROKEN. */
int http_set_watch(struct http *http, int descriptor, void (*watcher)(void), struct diag *diag);

/* Has the exchanges that wait, and the endless answers, look again whether something has happened. From
 * any thread. */
void http_poke(struct http *http);

/* What there is on the wire now; of all listeners. */
struct http_counts {
	uint64_t accepted;  /* connections since the start */
	uint64_t open;      /* connections */
	uint64_t exchanges; /* that are not finished */
	uint64_t held;      /* answers that wait by plan */
};

/* I/O thread. */
struct http_counts http_count(const struct http *http);

/* Ends http_run from any thread. */
void http_stop(struct http *http);

/*
 * Waits for `work` that runs, stops the threads and releases everything; `finished` is called for
 * what was still open. Accepts NULL.
 */
void http_free(struct http *http);
