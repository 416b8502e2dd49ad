/*
 * Exchanges whose answer waits for an event: suspended and held until their time
 * has come, their client has left, or http_poke had the service look again and
 * something had happened. Endless answers wait in the same list for more bytes.
 */
#pragma once

#include "server/http_wire.h"

/* Suspends an exchange whose service said HTTP_WAIT. Returns false when that has an answer by now. */
bool http_wait_begin(struct wire *wire);

/* Goes on with an exchange that was taken back from the hold. Returns false when its answer can leave. */
bool http_wait_end(struct wire *wire);

/* Suspends a connection for `ms` milliseconds, or until http_wait_look wakes it. */
void http_wait_suspend(struct wire *wire, int64_t ms);

/* Asks the service about all that wait, and wakes those that need not. I/O thread. */
void http_wait_look(struct http_traffic *traffic);

/* Takes a connection off the list, if it is there: the hold has given it back. */
void http_wait_forget(struct wire *wire);
