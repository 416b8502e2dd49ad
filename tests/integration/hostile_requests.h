/*
 * Requests of a hostile client, each with the answer that http.sys or IIS gives, or the refusal of the
 * HTTP library where that comes first, and the line in the W3C or HTTPERR log.
 */
#pragma once

#include "tests/integration/raw_client.h"

enum hostile_log {
	HOSTILE_LOG_NONE,
	HOSTILE_LOG_W3C,
	HOSTILE_LOG_HTTPERR,
};

struct hostile_request {
	const char *name;
	struct bytes head;
	struct bytes filler; /* stands `times` behind the head */
	unsigned times;
	struct bytes tail;
	bool half_closes; /* the client closes its sending side behind it */
	unsigned status;  /* 0: there is no answer */
	bool stays;       /* the connection is kept alive */
	enum hostile_log log;
	const char *
		line; /* in the log; of HTTPERR, what follows the addresses and ports, to the end */
};

extern const struct hostile_request hostile_requests[];
extern const size_t hostile_request_count;

/* Appends all bytes of a request. */
void hostile_request_write(struct buffer *out, const struct hostile_request *request);

/* Sends a request, as far as the server takes it, and reads the answer; `out` is empty when there is
 * none. The connection is open when it stays, and has ended otherwise. */
void hostile_request_send(
	struct raw_response *out, struct raw_client *client, const struct hostile_request *request);
