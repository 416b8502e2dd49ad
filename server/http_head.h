/*
 * The head of a request, taken from libmicrohttpd as raw as it can be had.
 */
#pragma once

#include "server/http_wire.h"

/* A request line with this target has arrived: makes its exchange. What stands behind the query's "?" is
 * taken away from the library. */
struct wire *http_head_begin(const char *target);

/* The headers have arrived: fills what the request says. */
void http_head_fill(struct wire *wire, const char *method, const char *version);
