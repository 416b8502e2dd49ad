/*
 * mscep.dll as a service: what it looks for when IIS loads it, with the first request
 * behind each start of the pool, and how it fails (ndes-behaviour 2.3, 3, 6.1, S12).
 * IIS tries again with each request.
 */
#pragma once

struct exchange;
struct site;

/* Returns STAGE_NEXT when mscep.dll runs; else answers 500 and returns STAGE_ANSWERED. */
int ndes_service_start(struct exchange *exchange);

/* The worker process ends in order: its mscep.dll, if it runs, stops and says so. From any thread. */
void ndes_service_stop(struct site *site);
