/*
 * The stage `connect`: the network up to the server's door.
 */
#pragma once

struct exchange;

/* Returns STAGE_NEXT, or STAGE_ANSWERED when nothing comes back through it. */
int connect_run(struct exchange *exchange);
