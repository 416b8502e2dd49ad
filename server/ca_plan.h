/*
 * How the CA comes to a plan for a certificate: what AD CS checks of a request,
 * and what it makes of it. ca_issue.h carries the plan out.
 */
#pragma once

struct exchange;

/*
 * Checks the request of the exchange (issuance.pending where that is filled, else the message's
 * own) and fills issuance.plan under issuance.request_id; or refuses. A stage_result.
 */
int ca_plan_certificate(struct exchange *exchange);
