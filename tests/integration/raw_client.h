/*
 * An HTTP client that hides nothing: it sends the bytes it is given, returns
 * the bytes that came, and tells a closed connection from a reset one.
 *
 * It asserts nothing and may be used from any thread, one thread a client. What
 * does not happen within RAW_PATIENCE_MS has not happened.
 */
#pragma once

#include "common/buffer.h"

#define RAW_PATIENCE_MS 30000

/* What the other side has done. */
enum raw_state {
	RAW_OPEN,
	RAW_CLOSED,  /* it has closed its sending side: the end of the data */
	RAW_RESET,   /* it has reset the connection: ECONNRESET */
	RAW_SILENT,  /* it sends nothing, or reads nothing, and our patience is over */
	RAW_REFUSED, /* there was no connection at all */
};

/* One connection. All zero, but for the descriptor, is a closed one. */
struct raw_client {
	int descriptor; /* -1: none */
	enum raw_state state;
	int error;              /* errno of what failed last: ECONNREFUSED, ECONNRESET; 0: none */
	struct buffer received; /* and not taken yet */
};

/* One answer as it came. */
struct raw_response {
	unsigned status;
	struct buffer head; /* status line and headers with the empty line */
	struct buffer body;
};

#define RAW_CLIENT_CLEANUP   __attribute__((cleanup(raw_close)))
#define RAW_RESPONSE_CLEANUP __attribute__((cleanup(raw_response_done)))

/* Connects to a numeric IPv4 or IPv6 address. */
struct raw_client raw_connect(const char *address, unsigned port);

/* The same with another patience, of which RAW_SILENT tells that it is over: there is no connection
 * yet. */
struct raw_client raw_connect_within(const char *address, unsigned port, int ms);

/* Returns the client's own port; 0: it is not connected. */
unsigned raw_port(const struct raw_client *client);

/* Sends all of `bytes`. False when the other side does not take them; `state` says why. */
bool raw_send(struct raw_client *client, struct bytes bytes);

/* Sends what printf would print. */
bool raw_send_format(struct raw_client *client, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Reads one answer, to the end of its body by Content-Length, or to the end of the connection when
 * there is none. A 1xx, 204 or 304 has no body. An answer that was there before is forgotten. False
 * when none came, or not all of it; what came stays in `out`, and `state` says why.
 */
bool raw_read(struct raw_response *out, struct raw_client *client);

/* As raw_read, for the answer to a HEAD request. */
bool raw_read_head(struct raw_response *out, struct raw_client *client);

/* Reads until the connection ends and returns how. What came before stays in `received`. */
enum raw_state raw_read_end(struct raw_client *client);

/* The same with another patience. */
enum raw_state raw_read_end_within(struct raw_client *client, int ms);

/* Closes our sending side and goes on reading. */
void raw_half_close(struct raw_client *client);

/* Closes the connection in the usual way. */
void raw_close(struct raw_client *client);

/* Closes the connection by a reset. */
void raw_reset(struct raw_client *client);

/* Returns the value of the first header of this name, compared without case; data NULL: there is
 * none. */
struct bytes raw_header(const struct raw_response *response, const char *name);

/* Returns how many bytes the answer took on the wire. */
size_t raw_response_size(const struct raw_response *response);

void raw_response_done(struct raw_response *response);
