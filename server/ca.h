/*
 * The stage `ca`: AD CS behind mscep.dll. Each message type has its answer, in
 * a file of its own: requests and polls (ca_request), certificates and CRLs
 * looked up (ca_lookup).
 */
#pragma once

struct exchange;

/*
 * Answers a PKIOperation whose disposition is still SUCCESS, by message.type: fills
 * exchange->issuance, and the disposition where the answer is PENDING or FAILURE. What it issues is
 * in the store when it returns; a challenge that was taken for what is not issued is given back.
 * One private-key operation at most; on a worker thread. Returns a stage_result.
 */
int ca_run(struct exchange *exchange);
