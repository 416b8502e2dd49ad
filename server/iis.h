/*
 * The stage `iis`: request filtering, applications, authentication
 * (ndes-behaviour 1.1, 5.4), all decided on the head of the request.
 */
#pragma once

struct exchange;

/* Fills exchange->route. Returns STAGE_NEXT, STAGE_ANSWERED or STAGE_BROKE. */
int iis_run(struct exchange *exchange);

/* The stage `iis_body`: maxAllowedContentLength for a body whose length no header told. Returns
 * STAGE_NEXT or STAGE_ANSWERED. */
int iis_check_body(struct exchange *exchange);
