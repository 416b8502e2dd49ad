/*
 * What a site remembers of a transactionID. Part of store.h.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"
#include "common/scep.h"

struct store;

/*
 * What NDES remembers of one transactionID. One that was polled ends only while it is pending under
 * its request number, so of two exchanges that would end it at once, one does; one without polls is
 * a new request's, and takes the place of what stood there.
 */
struct transaction_record {
	enum scep_status status;
	uint32_t request_id;
	unsigned polls;                /* CertPolls and repeated PKCSReqs seen while pending */
	enum scep_fail_info fail_info; /* with FAILURE */
	int32_t error;
	int64_t approved_at; /* milliseconds since 1970, as found; 0: a pending one is not approved */
	/* The PKCS#10 as received: while PENDING, and with SUCCESS where its challenge encrypts the
	 * reply, since a client may poll again for one that it lost. */
	struct buffer csr;
	struct buffer certificate; /* with SUCCESS, as found; never given */
};

#define TRANSACTION_RECORD_CLEANUP __attribute__((cleanup(transaction_record_done)))

void transaction_record_done(struct transaction_record *record);

/* Remembers a transaction that is PENDING or ended in FAILURE. DONE; REFUSED: its request was pending
 * and has ended already; BROKEN. */
int store_transaction_put(struct store *store, const char *site, const char *transaction_id,
	const struct transaction_record *record, int64_t now, struct diag *diag);

/* Finds it. The caller releases `out`. DONE; REFUSED: there is none; BROKEN. */
int store_transaction_find(struct transaction_record *out, struct store *store, const char *site,
	const char *transaction_id, struct diag *diag);

/*
 * Counts one more poll of a pending transaction; gives the new number, and whether a certificate
 * manager has approved the request. DONE; REFUSED: there is no pending one; BROKEN.
 */
int store_transaction_poll(unsigned *polls, bool *approved, struct store *store, const char *site,
	const char *transaction_id, struct diag *diag);

/* Approves a pending transaction, once more without effect: the next poll gets it issued. DONE;
 * REFUSED: there is none, or it has ended; BROKEN. */
int store_transaction_approve(struct store *store, const char *site, const char *transaction_id,
	int64_t now, struct diag *diag);

/* Ends a pending transaction in FAILURE, approved or not. DONE; REFUSED: there is none, or it has
 * ended; BROKEN. */
int store_transaction_deny(struct store *store, const char *site, const char *transaction_id,
	enum scep_fail_info fail_info, int32_t error, int64_t now, struct diag *diag);
