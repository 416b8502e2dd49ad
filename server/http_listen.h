/*
 * Addresses that the server is reached at.
 */
#pragma once

#include <sys/socket.h>

#include "common/diag.h"

struct http_service;
struct tls;

#define HTTP_ADDRESS_SIZE    64
#define HTTP_TIMEOUT_DEFAULT 120

/* A bound and listening address. */
struct http_listener {
	char address[HTTP_ADDRESS_SIZE]; /* "127.0.0.1" or "::1" */
	unsigned port;                   /* the real one */
	int descriptor;
	unsigned timeout; /* seconds after which a silent connection is closed; may be changed */
	const struct http_service *service;
	struct tls *tls; /* NULL: plain HTTP; set before http_new, borrowed */
};

/*
 * Binds and listens on `text`, "ADDRESS:PORT" or "[v6]:PORT", port 0 for a free one. Clients can
 * connect from now on and wait until http_run. The caller closes the descriptor unless http_new
 * takes it. DONE; REFUSED with words for a bad address, a port in use, a port that needs
 * privileges.
 */
int http_listen(struct http_listener *out, const char *text, const struct http_service *service,
	struct diag *diag);

/* The same, but connections are refused: the address is bound and nobody listens. The descriptor is
 * never given to http_new. */
int http_listen_refusing(struct http_listener *out, const char *text, struct diag *diag);

/* The same, but connections come to nothing: the kernel drops each SYN, as a firewall does. The
 * descriptor is never given to http_new. BROKEN where the kernel cannot be brought to it. */
int http_listen_silent(struct http_listener *out, const char *text, struct diag *diag);

/* Writes the address of an AF_INET or AF_INET6 socket as text, and its port. */
void http_address_text(char text[HTTP_ADDRESS_SIZE], unsigned *port, const struct sockaddr *socket);
