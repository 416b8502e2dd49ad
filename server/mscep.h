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

/* Answers an operation that this server does not have, as the setting unknown_operation says: what
 * NDES does is not known (ndes-behaviour 1.2). Returns a stage_result. */
int mscep_answer_unknown_operation(struct exchange *exchange);

/* Answers with the general NDES page, which names the admin URL. Returns STAGE_ANSWERED. */
int mscep_answer_general_page(struct exchange *exchange);
