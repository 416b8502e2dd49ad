/*
 * What a client may ask before it has a message: GetCACaps, GetCACert,
 * GetNextCACert (RFC 8894 3.5, 4.2, 4.7; ndes-behaviour 2.1, 2.2). The `message`
 * parameter is ignored, as NDES ignores it.
 */
#pragma once

struct exchange;

/* Each answers; returns STAGE_ANSWERED or STAGE_BROKE. GetNextCACert needs a next CA. */
int get_ca_caps_run(struct exchange *exchange);
int get_ca_cert_run(struct exchange *exchange);
int get_next_ca_cert_run(struct exchange *exchange);
