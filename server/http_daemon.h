/*
 * A listener's libmicrohttpd daemon, driven by our loop, and what it makes of a
 * connection: exchanges for a service.
 */
#pragma once

#include "server/http.h"
#include "server/http_hold.h"
#include "server/http_workers.h"

struct http_daemon;
struct wire;

/* What the daemons of one loop share; the I/O thread alone touches it. */
struct http_traffic {
	struct http_workers *workers;
	struct http_workers *long_workers; /* one, for HTTP_WORK_LONG */
	struct http_hold *hold;
	uint64_t connections; /* accepted so far */
	uint64_t ended;       /* of them */
	size_t open;          /* exchanges between `headers` and `finished` */
	size_t streams;       /* of them: endless answers that have begun */
	bool draining;        /* answers close their connections */
	int hangups;          /* of http_hangup_open */
	struct wire *waiting; /* exchanges that wait for http_poke (http_wait.h) */
};

/* Starts to serve what is accepted at a listener, at most `connection_limit` connections. DONE or BROKEN. */
int http_daemon_new(struct http_daemon **out, const struct http_listener *listener,
	unsigned connection_limit, struct http_traffic *traffic, struct diag *diag);

/* Returns how many connections are open. */
unsigned http_daemon_connections(const struct http_daemon *daemon);

/* Returns the descriptor that is readable when something has happened on a connection: then, the daemon is
 * to be woken. */
int http_daemon_descriptor(const struct http_daemon *daemon);
void http_daemon_wake(struct http_daemon *daemon);

/* Returns after how many milliseconds it has something to do anyhow, -1: never, and wakes it at 0. */
int http_daemon_timeout(struct http_daemon *daemon);

/* Returns whether it was woken since it was run: by one of these, or by what gives it work. */
bool http_daemon_is_awake(const struct http_daemon *daemon);

/* Does what can be done without waiting. */
void http_daemon_run(struct http_daemon *daemon);

/* Answers an exchange whose work is done at the next http_daemon_run of its daemon. */
void http_daemon_resume(struct http_job *job);

/* Goes on, at the next http_daemon_run, with an exchange that http_hold_take gave back; with `drop`
 * its answer is not sent. */
void http_daemon_resume_held(struct http_held *held, bool drop);

/* Serves a connection that was accepted; takes over its descriptor, which does not block. */
void http_daemon_add(struct http_daemon *daemon, int descriptor, const struct sockaddr *client,
	socklen_t client_size);

/* Closes all connections; none may be at work, that is, each job must have been resumed. Accepts
 * NULL. */
void http_daemon_free(struct http_daemon *daemon);
