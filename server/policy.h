/*
 * The stage `policy`: may this device have a certificate? mscep.dll asks its
 * password cache, or the policy module.
 */
#pragma once

struct exchange;

/* Fills exchange->verdict for messages that hold a CSR. Returns STAGE_NEXT or STAGE_BROKE. */
int policy_run(struct exchange *exchange);

/* On the way back: a challenge that led to no certificate and no pending request can be used again.
 * Returns STAGE_NEXT or STAGE_BROKE. */
int policy_settle(struct exchange *exchange);
