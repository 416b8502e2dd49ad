/*
 * A client's TCP connection, as its exchanges name it and as the kernel sees it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/http_listen.h"

struct MHD_Connection;
struct request;
struct tls_session;

/* What of a request a connection is to bring next. */
enum http_awaits {
	HTTP_AWAITS_NOTHING, /* the request is there, and is being answered */
	HTTP_AWAITS_HEAD,
	HTTP_AWAITS_BODY,
};

struct http_connection {
	int descriptor;     /* borrowed */
	unsigned timeout;   /* seconds that the client may be silent */
	uint64_t number;    /* counted from 1 in the order of accepting */
	unsigned exchanges; /* that began */
	char client_address[HTTP_ADDRESS_SIZE];
	unsigned client_port;
	char server_address[HTTP_ADDRESS_SIZE];
	unsigned server_port;
	struct MHD_Connection *mhd;            /* set by the daemon */
	struct http_connection *older, *newer; /* of the daemon's */
	struct tls_session *tls;               /* NULL: plain HTTP; set and ended by the daemon */
	/* While something is awaited; http_awaited.h. */
	struct http_connection *next, *previous;
	enum http_awaits awaits;
	bool dropped;             /* its head took too long */
	int64_t awaited_ns;       /* since then, clock_monotonic_ns */
	int64_t head_ns;          /* when the first of it was there; 0: not yet */
	uint64_t received_before; /* bytes of the requests before */
	uint64_t sent_before;
	/* http_hangup.h */
	bool hung_up;         /* while nothing was awaited */
	int unread_at_hangup; /* bytes, when the library was told last; -1: it was not */
	/* http_stuck.h */
	uint64_t
		stuck_at; /* bytes read, when it was looked last and there were more; 0: there were none */
	bool unreadable; /* it was reset for that */
};

/* Describes an accepted connection. free() releases it. */
struct http_connection *http_connection_new(
	int descriptor, const struct sockaddr *client, uint64_t number);

/* Counts one more exchange and tells its request where it comes from. The addresses are borrowed. */
void http_connection_begin(struct http_connection *connection, struct request *request);

/* Returns whether the client has closed its sending side, or the whole connection. */
bool http_connection_is_half_closed(int descriptor);

/* Returns whether the client has reset the connection. */
bool http_connection_is_reset(int descriptor);

/* Resets a connection, so that both sides see it reset. */
void http_connection_reset(int descriptor);

/* What the kernel has counted on a connection. */
struct http_connection_counts {
	uint64_t received; /* bytes; a client that has closed its side counts as one more */
	uint64_t sent;
	int64_t quiet_ms; /* since the last byte came, or the connection was made */
};

struct http_connection_counts http_connection_count(int descriptor);
