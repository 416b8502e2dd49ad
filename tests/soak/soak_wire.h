/*
 * The devices' side of the wire: a number of connections in one thread, each with an
 * errand at a time, as fast as answers come. It tells a connection that was closed from one
 * that was reset, and goes when its errand says so.
 */
#pragma once

#include <netinet/in.h>

#include "tests/soak/soak_mix.h"

struct soak_wire_plan {
	struct sockaddr_in address;
	size_t connections;
	int64_t patience_ms; /* for an answer, before the device gives up (SOAK_LATE) */
};

/* Runs errands until the mix has no more and all are finished; no connection is left open. DONE, or BROKEN
 * when it cannot connect. */
int soak_wire_run(const struct soak_wire_plan *plan, struct soak_mix *mix, struct diag *diag);
