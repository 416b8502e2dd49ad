/*
 * The stage `reply`: mscep.dll makes the CertRep. The plan says every byte
 * that differs between servers; writing it has no opinions.
 */
#pragma once

struct exchange;

/* Fills exchange->reply and the response of a PKIOperation. Returns STAGE_ANSWERED or STAGE_BROKE. */
int reply_run(struct exchange *exchange);
