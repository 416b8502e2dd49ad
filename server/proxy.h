/*
 * Stage `proxy`: the Entra application proxy in front of the deployment
 * (ndes-behaviour 5.9). By default there is none.
 */
#pragma once

struct exchange;

/* Returns STAGE_NEXT, or STAGE_ANSWERED with a page of the proxy, behind which nobody logs. */
int proxy_run(struct exchange *exchange);
