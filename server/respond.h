/*
 * The stage `respond`: IIS, or http.sys, puts the answer into its form: error
 * pages and headers (ndes-behaviour 5.5, 5.6).
 */
#pragma once

struct exchange;

/* Completes exchange->http->response. Returns STAGE_NEXT. */
int respond_run(struct exchange *exchange);
