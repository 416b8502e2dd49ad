/*
 * A whole server inside the test: real sockets, a free port, a directory and a
 * stopped clock of its own. For conversations that ask what a deployment
 * answers, and what it wrote about it.
 */
#pragma once

#include <pthread.h>

#include "server/server.h"
#include "tests/integration/raw_client.h"

struct deployment {
	struct server *server;
	pthread_t thread;
	unsigned port;
	unsigned tls_port;                   /* 0 without a TLS listener */
	unsigned fault_port, fault_tls_port; /* of deployment_start_with_listeners */
	char *directory;                     /* its own; logs are in directory/logs */
};

/*
 * Starts a server with these settings, "NAME=VALUE", ended by NULL. The fixed challenge is "secret"
 * unless a setting says otherwise. Fails the test when it does not start.
 */
void deployment_start(struct deployment *deployment, const char *const *settings);

/* The same with its state in a directory that an earlier one may have left; NULL: in memory. */
void deployment_start_with_state(
	struct deployment *deployment, const char *state, const char *const *settings);

/* The same with fault profiles on its default site; the settings win over theirs, and theirs over the
 * fixed challenge. It has a TLS listener too. */
void deployment_start_with_fault(
	struct deployment *deployment, const char *fault, const char *const *settings);

/* The same, healthy, with a listener for HTTP and one for HTTPS that lead to a site with these fault
 * profiles each. */
void deployment_start_with_listeners(struct deployment *deployment, const char *fault);

/* Stops it as SIGTERM would, and removes its own directory. */
void deployment_stop(struct deployment *deployment);

/* Sends one request over a connection of its own and reads the answer. Fails the test without one. */
void deployment_ask(struct raw_response *out, const struct deployment *deployment,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Asks the admin page for a password of 16 digits and writes it with a NUL behind. Fails the test without one. */
void deployment_fetch_password(char password[17], const struct deployment *deployment);

/* Appends a whole file of the deployment's log folder ("journal.jsonl", "W3SVC1/u_ex....log": the
 * W3C log in a folder when the name ends with a slash). Waits until it has at least `lines` lines that
 * hold `pattern` (a text), and fails the test when that does not happen. */
void deployment_read_log(struct buffer *out, const struct deployment *deployment, const char *name,
	const char *pattern, size_t lines);
