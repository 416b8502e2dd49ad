/*
 * How an answer leaves: by libmicrohttpd where HTTP has it so, by our own hand where
 * the send plan says otherwise, at once or later.
 */
#pragma once

#include "server/http_wire.h"

/* Goes on with a complete answer. What it returns, libmicrohttpd is told. */
enum MHD_Result http_answer(struct wire *wire);

/* Suspends a connection that has waited its turn for it (AWAITS_HOLD). */
enum MHD_Result http_answer_hold(struct wire *wire);

/* Returns how an exchange ended that libmicrohttpd ended so. */
enum http_end http_answer_end(struct wire *wire, enum MHD_RequestTerminationCode how);
