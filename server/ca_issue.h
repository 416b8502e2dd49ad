/*
 * How the CA comes to a certificate: what AD CS checks of a request, the plan
 * that it makes of it, and the plan carried out.
 */
#pragma once

struct exchange;

/*
 * Checks the request of the exchange (issuance.pending where that is filled, else the message's
 * own) and fills issuance.plan under issuance.request_id; or refuses. A stage_result.
 */
int ca_issue_plan(struct exchange *exchange);

/*
 * Signs issuance.plan as it stands into issuance.certificate, and puts it into the store with the
 * transaction that it ends. One private-key operation. A stage_result.
 */
int ca_issue_carry_out(struct exchange *exchange);
