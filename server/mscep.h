/*
 * The stage `mscep`: the ISAPI extension mscep.dll takes the request.
 */
#pragma once

#include <stdbool.h>

struct exchange;

/* Looks the operation up, before the stage runs, so that the right thread runs it. Returns whether a
 * private key will be used. */
bool mscep_needs_worker(struct exchange *exchange);

/* Runs the operation, or answers whoever browses. Returns a stage_result. */
int mscep_run(struct exchange *exchange);
