/*
 * An endless answer: its body comes from the service bit by bit, in chunks; while
 * there is nothing to send, the connection is suspended.
 */
#pragma once

#include "server/http_wire.h"

/* Makes the response; NULL when there is no memory. */
struct MHD_Response *http_stream_response(struct wire *wire);
