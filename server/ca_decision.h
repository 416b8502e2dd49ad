/*
 * A certificate manager's word on a pending request, in whatever way the site
 * approves others (setting `approval`).
 */
#pragma once

#include <stdint.h>

#include "common/diag.h"

struct site;

/*
 * Approves a pending transaction: the next poll, or the same request again, gets it issued as if it had
 * been approved by the setting; a worker thread signs then. DONE, also when it was approved before;
 * REFUSED: there is none, or it has ended; BROKEN. From any thread.
 */
int ca_decision_approve(
	struct site *site, const char *transaction_id, int64_t now_ms, struct diag *diag);

/* Denies a pending transaction, which ends at once in FAILURE with CERTSRV_E_ADMIN_DENIED_REQUEST, what
 * AD CS has for a request that a certificate manager denied. Returns as ca_decision_approve. */
int ca_decision_deny(
	struct site *site, const char *transaction_id, int64_t now_ms, struct diag *diag);
