/*
 * What the parts of a daemon share: an exchange as libmicrohttpd and our loop know
 * it. Included by http_daemon.c, http_head.c, http_answer.c, http_patience.c, http_wait.c
 * and http_stream.c alone; through it, they are the only files that know libmicrohttpd.
 */
#pragma once

#include <microhttpd.h>

#include "server/http_awaited.h"
#include "server/http_daemon.h"
#include "server/http_raw.h"

struct http_daemon {
	struct tls *tls; /* NULL: plain HTTP */
	struct MHD_Daemon *mhd;
	struct http_traffic *traffic;
	const struct http_service *service;
	unsigned timeout; /* seconds that a client may neither send nor read, unless the service
			   * says otherwise of a new connection */
	struct http_awaited awaited;
	bool awake;        /* it is to be run */
	unsigned restless; /* how often in a row libmicrohttpd wanted to be run again at once */
	struct http_connection *newest;
};

/* What happens to an exchange when libmicrohttpd calls next. */
enum progress {
	AWAITS_HEAD,
	AWAITS_BODY, /* the service wants it */
	AWAITS_WORK,
	WORKS,
	AWAITS_EVENT,  /* waits for one turn, then for http_poke */
	WAITS,         /* for http_poke */
	AWAITS_ANSWER, /* the answer is complete, or will be when the connection is resumed */
	AWAITS_HOLD,   /* the answer waits for one turn, then for hold_ms */
	HELD,
	ANSWERED,
};

/* An exchange with what the wire must know of it. */
struct wire {
	struct http_exchange exchange;
	struct http_job job;
	struct http_held held;
	struct http_raw raw; /* where the send plan needs it */
	int64_t hold_ms;
	bool hold_until_writable;
	bool raw_begun;
	int64_t reset_waited_ms; /* for the bytes before a reset to leave */
	bool delayed;            /* send.delay_ms has passed */
	bool works_long;         /* HTTP_WORK_LONG */
	bool dropped;            /* by http_daemon_resume_held */
	bool streams;            /* an endless answer, of traffic.streams */
	struct http_daemon *daemon;
	struct MHD_Connection *connection;
	struct http_connection *client;
	struct request_header *headers; /* of the request; NULL until its head is there */
	enum progress progress;
	struct wire *next_waiting; /* of traffic.waiting */
	struct wire **waits_in;    /* what points to it there; NULL: it is not there */
	bool woken;                /* taken out of the hold because something has happened */
	bool half_closed;          /* by the client, before it was answered */
	const char
		*library_target; /* as it lies in libmicrohttpd's buffer; only its place counts */
	char target[];           /* libmicrohttpd unescapes its own copy in place */
};

/* Returns how long the client of an exchange may neither send nor read. */
static inline int64_t
patience_of(const struct wire *wire)
{
	return INT64_C(1000) * wire->client->timeout;
}

/* Returns the socket of a connection, borrowed. */
static inline int
socket_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/* Returns the GnuTLS session of a connection with TLS, borrowed. */
static inline void *
session_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session;
}
