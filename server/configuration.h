/*
 * Everything that `mock-ndes serve` can be told, from defaults, file,
 * environment and command line, in rising precedence.
 */
#pragma once

#include <jansson.h>

#include "server/server.h"
#include "server/settings.h"

#define CONFIGURATION_SITES_MAX         4096
#define CONFIGURATION_FAULT             "fault=" /* of a listener */
#define CONFIGURATION_JOURNAL_EXCHANGES 1000000
#define CONFIGURATION_JOURNAL_BYTES_MIN 65536
#define CONFIGURATION_STATE_BYTES_MIN   262144

/* "127.0.0.1:8080", or "127.0.0.1:0,fault=app-pool-stopped". */
struct configuration_listener {
	char *address;
	bool tls;
	char *fault; /* fault profiles joined by "+": the listener leads to a site with them alone;
		      * NULL: to all sites, by their URLs */
};

struct configuration_site {
	char *name;
	int64_t time_to_live_ms; /* from the start; 0: it stays */
	bool own_ca;
	struct clock_state clock; /* over the server's */
	char *fault;              /* fault profiles; NULL: none */
	json_t *own;              /* its settings, as the file has them */
	json_t *rules;            /* its own, checked; NULL: none */
	struct settings settings; /* the default site's with its own on top, once complete */
};

struct configuration {
	struct configuration_listener listeners[SERVER_LISTENERS_MAX];
	size_t listener_count;
	char *fault;           /* fault profiles of the default site; NULL: none */
	char *fault_directory; /* of the user's own profiles; NULL: none */
	json_t *rules;         /* of the default site itself, checked; NULL: none */
	int64_t sites_max;     /* how many there may be, those made for a fault included */
	char *control; /* "127.0.0.1:8081" or "off"; NULL until it is complete: the standard */
	char *control_token;           /* that callers of the control API must know; NULL: none */
	char *tls_names;               /* "DNS:ndes.example,IP:192.0.2.1"; NULL: none */
	char *ready_file;              /* NULL: none */
	char *pki_directory;           /* NULL: the built-in one */
	char *state_directory;         /* NULL: in memory */
	int64_t state_bytes;           /* that the state may take; 0: as many as there are */
	char *log_directory;           /* NULL: no log files */
	uint64_t seed;                 /* at most INT64_MAX, as JSON and YAML carry it */
	bool has_seed;                 /* false: the server draws one */
	int64_t journal_exchanges;     /* that the journal keeps in memory at most; 0: none */
	int64_t journal_bytes;         /* that they may take */
	bool redact;                   /* passwords stay out of the journal */
	bool core_dumps;               /* a crash may leave one */
	bool quiet;                    /* no human line per exchange */
	struct settings settings;      /* of the default site */
	struct clock_state clock;      /* of the server */
	struct clock_state site_clock; /* of the default site, over the server's */
	struct configuration_site *sites;
	size_t site_count;
};

#define CONFIGURATION_CLEANUP __attribute__((cleanup(configuration_done)))

/* Fills in the defaults. */
void configuration_init(struct configuration *configuration);

void configuration_done(struct configuration *configuration);

/*
 * Adds a listener, "ADDRESS:PORT[,fault=NAME[+NAME]]"; "fault=..." alone belongs to the one added last,
 * for sources that separate listeners by commas. DONE, or REFUSED with the object of the diag left
 * empty.
 */
int configuration_add_listen(
	struct configuration *configuration, const char *text, bool tls, struct diag *diag);

/* Forgets the addresses of plain HTTP, or those of TLS, for a stronger source to name others. */
void configuration_clear_listen(struct configuration *configuration, bool tls);

/* Says where the control API listens, "ADDRESS:PORT" or "off". DONE, or REFUSED with the object of the diag
 * left empty. */
int configuration_set_control(
	struct configuration *configuration, const char *text, struct diag *diag);

/* Returns whether there is a control API; of a complete configuration. */
bool configuration_has_control(const struct configuration *configuration);

/* Sets what callers of the control API must know, no empty text. DONE, or REFUSED with the object
 * of the diag left empty. */
int configuration_set_control_token(
	struct configuration *configuration, const char *value, struct diag *diag);

/* Sets one of the paths. DONE, or REFUSED with the object of the diag left empty. */
int configuration_set_path(char **out, const char *value, struct diag *diag);

/* Sets how large the state may become, "16MiB". DONE, or REFUSED with the object of the diag left empty. */
int configuration_set_state_bytes(
	struct configuration *configuration, const char *value, struct diag *diag);

/* Sets how much memory the journal's exchanges may take, "64MiB". DONE, or REFUSED with the object of
 * the diag left empty. */
int configuration_set_journal_bytes(
	struct configuration *configuration, const char *value, struct diag *diag);

/*
 * Says which fault profiles the default site has; NULL: none. Their settings are those that the
 * sources read later start from. DONE, or REFUSED with the object of the diag left as it is.
 */
int configuration_set_fault(
	struct configuration *configuration, const char *names, struct diag *diag);

/* Ends the reading of sources: checks what belongs together and fills in the sites' settings. DONE
 * or REFUSED. */
int configuration_complete(struct configuration *configuration, struct diag *diag);

/* Makes `out`, which holds nothing yet, an independent copy, but for the sites, of which it has none. */
void configuration_copy_without_sites(struct configuration *out, const struct configuration *from);

/* Adds a site of this name, for the caller to fill; borrowed until the next one is added. */
struct configuration_site *configuration_add_site(
	struct configuration *configuration, const char *name);
