/*
 * The process: what all sites share, built from the configuration and torn
 * down again.
 */
#pragma once

#include "common/clock.h"
#include "common/random.h"
#include "server/http.h"
#include "server/pki.h"
#include "server/site.h"
#include "server/site_table.h"

struct control;
struct store;
struct journal;

#define SERVER_LISTENERS_MAX 32

/* What a listener does below HTTP; decided when it is opened. */
enum server_reception {
	RECEPTION_SERVED,  /* the loop accepts */
	RECEPTION_REFUSED, /* connections are refused */
	RECEPTION_SILENT,  /* connections are never made */
};

struct server {
	const struct configuration *configuration; /* given at start; borrowed */
	struct clock clock;
	struct clock_state started; /* what the clock is at the start, and behind a reset */
	struct random random;
	struct pki pki;
	struct store *store;
	struct journal *journal;
	struct http *http;
	struct http_listener listeners[SERVER_LISTENERS_MAX];
	struct http_service
		services[SERVER_LISTENERS_MAX]; /* of each listener; the context is a site, held */
	bool secure[SERVER_LISTENERS_MAX];      /* speaks TLS */
	enum server_reception reception[SERVER_LISTENERS_MAX];
	size_t listener_count;
	struct control *control; /* NULL: off */
	struct http_listener control_listener;
	struct site_table sites;
	size_t sites_max;
	struct settings settings;   /* of the configuration, which sites made later begin with */
	char *profile_directory;    /* of the user's own fault profiles; NULL: none */
	char *log_directory;        /* NULL: no log files */
	bool redact;                /* passwords stay out of the journal */
	char *base_url;             /* "http://127.0.0.1:8080" of the first listener */
	bool ends_with_terminal;    /* sighup.h */
	bool quiet;                 /* no line on stderr for what goes well */
	_Atomic uint64_t exchanges; /* how many began, in this state directory */
};

struct configuration;

/*
 * Builds everything and listens, but serves nothing yet. The configuration outlives the server. Nothing is left behind when it fails:
 * REFUSED for what the user can mend (an address in use, an unreadable directory), else BROKEN.
 */
int server_new(struct server **out, const struct configuration *configuration, struct diag *diag);

/* Serves until SIGTERM, SIGINT, the end of its terminal (sighup.h) or http_stop. DONE or BROKEN. */
int server_run(struct server *server, struct diag *diag);

void server_free(struct server *server);

/* Returns the URL of the first TLS listener that leads to all sites, on the heap; NULL: there is none. */
char *server_tls_url(const struct server *server);

/* Returns the URL of a listener, on the heap, by the loopback address if it listens on all. */
char *server_listener_url(const struct server *server, size_t index);

/* Returns the URL of the control API, on the heap; NULL: it is off. */
char *server_control_url(const struct server *server);
