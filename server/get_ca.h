/*
 * What a client may ask before it has a message: GetCACaps, GetCACert,
 * GetNextCACert (RFC 8894 3.5, 4.2, 4.7; ndes-behaviour 2.1, 2.2). The `message`
 * parameter is ignored, as NDES ignores it.
 */
#pragma once

struct exchange;

/* Each answers; returns STAGE_ANSWERED or STAGE_BROKE. */
int get_ca_caps_run(struct exchange *exchange);
int get_ca_cert_run(struct exchange *exchange);

/* The RFC's signed answer with a next CA configured; as an unknown operation without. */
int get_next_ca_cert_run(struct exchange *exchange);
