/*
 * What a server is like now, as a configuration: what it was started with, and all that
 * was made and changed since.
 *
 * Sites of /fault/ URLs are not in it, since they are made when they are asked for, nor
 * changes to sites that a listener with fault profiles leads to. What waits for a restart is
 * in force when a server starts, and counters of rules are at zero then.
 */
#pragma once

#include "server/configuration.h"

/* Fills `out`, which holds nothing yet, with a complete configuration. I/O thread. DONE; REFUSED when a
 * profile of a site cannot be read any more. The caller releases it with configuration_done in any case. */
int configuration_running(struct configuration *out, struct server *server, struct diag *diag);
