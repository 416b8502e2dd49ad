/*
 * The HTTP service that carries exchanges through the pipeline: which phase
 * runs when, and on which thread.
 */
#pragma once

#include "server/http.h"

struct site;

/* Returns the service of a listener that leads to a site; to the default site leads also whatever
 * URL names another one. */
struct http_service service_scep(struct site *site);
