/*
 * The HTTP service that carries exchanges through the pipeline: which phase
 * runs when, and on which thread.
 */
#pragma once

#include "server/http.h"

struct server;

/* Returns the service of a server, for its listeners. */
struct http_service service_scep(struct server *server);
