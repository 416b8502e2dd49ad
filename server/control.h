/*
 * The control API as a service of our loop: from the request to a row of the
 * route table and back. It runs on the I/O thread alone, so that it neither waits
 * behind private keys nor needs a lock for the table of sites.
 */
#pragma once

#include <stdbool.h>

#include "server/http.h"

struct control;
struct server;

/* `token` is what callers must know, copied; NULL: nothing. */
struct control *control_new(struct server *server, const char *token);

/* Returns the service for a listener; borrowed. */
const struct http_service *control_service(const struct control *control);

/* Returns whether callers must know a token. */
bool control_has_token(const struct control *control);

/* Accepts NULL. The loop that serves it is gone. */
void control_free(struct control *control);
