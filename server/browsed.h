/*
 * What whoever browses mscep.dll gets: 403.0, the healthy answer of a server
 * with the policy module, or the general NDES page of one without
 * (ndes-behaviour 1.2).
 */
#pragma once

struct exchange;

/* Answers a request that names no operation. Returns STAGE_ANSWERED. */
int browsed_answer(struct exchange *exchange);

/* Answers with the general NDES page, which names the admin URL. Returns STAGE_ANSWERED. */
int browsed_answer_general_page(struct exchange *exchange);
