/*
 * A server in this process for targets that go through all of it: with two sites and keys, and without
 * a socket that anybody uses.
 */
#pragma once

#include "server/configuration.h"
#include "server/http.h"

struct deployment {
	struct configuration configuration;
	struct server *server;
	struct http_service devices; /* of the listener that leads to all sites */
};

/* Makes it, with a clock that stands. `log_directory` may be NULL. It stays until the process ends. */
void deployment_new(struct deployment *out, const char *log_directory);

/* Has it be as it was made, if `call` may have changed it. */
void deployment_reset(struct deployment *deployment);
