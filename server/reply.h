/*
 * The stage `reply`: mscep.dll makes the CertRep that it has planned, without
 * opinions.
 */
#pragma once

struct exchange;

/* Writes exchange->reply.plan as it stands, does to its bytes what reply.bytes says, and answers with
 * it. One private-key operation and at most one public-key operation. Returns STAGE_ANSWERED or
 * STAGE_BROKE. */
int reply_run(struct exchange *exchange);
