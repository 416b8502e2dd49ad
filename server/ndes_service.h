/*
 * Whether mscep.dll can start: what it looks for when IIS loads it, and how it
 * fails (ndes-behaviour 2.3, 3, 6.1, S12). IIS tries again with each request.
 */
#pragma once

struct exchange;

/* Returns STAGE_NEXT when mscep.dll runs; else answers 500 and returns STAGE_ANSWERED. */
int ndes_service_start(struct exchange *exchange);
