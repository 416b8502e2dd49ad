/*
 * Pages of the Entra application proxy: the literals that people search for
 * (ndes-behaviour 5.9), in markup of our own, since the rest is unknown.
 */
#pragma once

#include "common/buffer.h"

/* Append a page and return its Content-Type. `code`: "GatewayTimeout". */
const char *pages_proxy_error(struct buffer *out, const char *code);
const char *pages_proxy_sign_in(struct buffer *out);
