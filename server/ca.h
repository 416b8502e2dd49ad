/*
 * The stage `ca`: AD CS behind mscep.dll. Each message type has its answer, in
 * a file of its own: requests and polls (ca_request), certificates and CRLs
 * looked up (ca_lookup).
 */
#pragma once

/* Seconds that AD CS dates back what it signs, for clocks that are slow. */
#define CA_BACKDATED 600

struct exchange;

/*
 * Answers a PKIOperation whose disposition is still SUCCESS, by message.type: fills
 * exchange->issuance, and the disposition where the answer is PENDING or FAILURE. A certificate that
 * is to be issued is planned here and signed by the next stage (ca_issue.h). At most one private-key
 * operation, for a CRL; on a worker thread. Returns a stage_result; STAGE_ANSWERED, in NDES's way,
 * where the answer could not be encrypted to whom it is for.
 */
int ca_run(struct exchange *exchange);
