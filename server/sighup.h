/*
 * SIGHUP has two meanings. Whoever rotates logs sends it when they are renamed:
 * all are opened anew. A terminal that is closed sends it to what was started there:
 * that ends, as by SIGTERM, unless it was started to ignore it (nohup).
 */
#pragma once

#include <stdbool.h>

struct server;

/* Returns whether the end of the terminal that this process was started from is to end it. Before
 * http_new, which blocks the signal. */
bool sighup_may_end(void);

/* Has the server take SIGHUP from now on. */
void sighup_watch(struct server *server);
