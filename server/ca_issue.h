/*
 * The stage `ca_issue`: AD CS signs what it has planned, and puts it on record.
 * It has no opinions: whatever stands in the plan stands in the certificate.
 */
#pragma once

struct exchange;

/*
 * Carries out issuance.plan when it is approved and the disposition is still SUCCESS. The
 * certificate is in the store, with the transaction that it ends, when it appears in
 * issuance.certificate. When another exchange has ended that transaction in the meantime, what was
 * signed is forgotten, and the answer is that one's. One private-key operation; on a worker thread.
 * Returns STAGE_NEXT or STAGE_BROKE.
 */
int ca_issue_run(struct exchange *exchange);
