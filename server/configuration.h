/*
 * Everything that `mock-ndes serve` can be told, from defaults, file,
 * environment and command line, in rising precedence.
 */
#pragma once

#include "server/settings.h"
#include "server/server.h"

struct configuration_site {
	char *name;
	struct settings settings; /* the default site's, with the site's own on top */
};

struct configuration {
	char *listen[SERVER_LISTENERS_MAX]; /* "127.0.0.1:8080" */
	size_t listen_count;
	char *ready_file;      /* NULL: none */
	char *pki_directory;   /* NULL: the built-in one */
	char *state_directory; /* NULL: in memory */
	char *log_directory;   /* NULL: no log files */
	uint64_t seed;
	bool has_seed;         /* false: the server draws one */
	bool quiet;            /* no human line per exchange */
	struct settings settings; /* of the default site */
	struct configuration_site sites[SERVER_SITES_MAX - 1];
	size_t site_count;
};

void configuration_init(struct configuration *configuration);
void configuration_done(struct configuration *configuration);

/*
 * Reads a YAML file: the option names with "_" for "-" (listen: a text or a list), the settings by
 * name, and `sites: {NAME: {settings}}`. An unknown key, a wrong type, a duplicate key or a value out
 * of range is REFUSED with file:line:column and, where one is near, "did you mean". Nothing is changed
 * then.
 */
int configuration_read_file(struct configuration *configuration, const char *path,
	struct diag *diag);

/* Checks what belongs together. DONE or REFUSED. */
int configuration_check(const struct configuration *configuration, struct diag *diag);

/* Appends the effective configuration as YAML that configuration_read_file accepts. */
void configuration_write_yaml(struct buffer *out, const struct configuration *configuration);
