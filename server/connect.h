/*
 * The stage `connect`: the network up to the server's door. It says when the
 * exchange arrived and which one it is.
 */
#pragma once

struct exchange;

/* Fills number and arrived_ms. Returns STAGE_NEXT. */
int connect_run(struct exchange *exchange);
