/*
 * Where rules meet exchanges. The pipeline asks once after each stage; nobody else
 * calls.
 */
#pragma once

struct exchange;

/*
 * Applies what the site's rules have for this exchange behind the stage at an index of the pipeline,
 * whose result was `result`. Returns `result`, or what the last action that struck made of it.
 */
int rule_engine_apply(struct exchange *exchange, unsigned stage, int result);
