/*
 * The stage `reply_plan`: mscep.dll decides what the CertRep will be. The plan
 * says every byte that differs between servers; reply.h carries it out.
 */
#pragma once

struct exchange;

/* Fills exchange->reply but for its DER. Returns STAGE_NEXT. */
int reply_plan_run(struct exchange *exchange);
