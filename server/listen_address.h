/*
 * Where to listen, as people write it: "127.0.0.1:8080", "[::1]:0".
 */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

#include "common/diag.h"

struct listen_address {
	struct sockaddr_storage socket;
	socklen_t size;
	bool loopback; /* nobody but this machine can reach it */
	bool any_port; /* port 0: the kernel picks one */
};

/*
 * Reads "ADDRESS:PORT", with an IPv6 address in brackets. DONE, or REFUSED with the object of the
 * diag left empty.
 */
int listen_address_parse(struct listen_address *out, const char *text, struct diag *diag);

/* Returns whether both name the same address and port. */
bool listen_address_equal(const struct listen_address *left, const struct listen_address *right);
