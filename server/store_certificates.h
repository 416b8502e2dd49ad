/*
 * Certificates that a site's CA has issued, and its request numbers. Part of
 * store.h.
 *
 * A fault may give a serial number a second time. Each certificate is on record
 * with its own request number and transaction; what goes by the serial number
 * alone means the one that was issued last, and revocation, which a CRL says of
 * a number, all of them.
 */
#pragma once

#include "common/crl.h"

struct store;
struct transaction_record;

/* Gives the next request number of a site's CA, from 1; never twice, not after a restart either. */
int store_next_request_id(uint32_t *out, struct store *store, const char *site, struct diag *diag);

struct certificate_record {
	struct buffer der;
	uint32_t request_id;
	int64_t revoked_at; /* of the serial number, milliseconds since 1970; 0: not revoked */
};

#define CERTIFICATE_RECORD_CLEANUP __attribute__((cleanup(certificate_record_done)))

void certificate_record_done(struct certificate_record *record);

/*
 * Remembers an issued certificate and the transaction that it ends (status SUCCESS), both or neither.
 * Of `record` the request number and the polls are kept. DONE; REFUSED, and nothing is remembered: the
 * request was pending and has ended already; BROKEN.
 */
int store_issue(struct store *store, const char *site, const struct certificate *certificate,
	const char *transaction_id, const struct transaction_record *record, int64_t now,
	struct diag *diag);

/* Finds by serial (content octets) the latest that has it. The caller releases `out`. DONE; REFUSED:
 * there is none; BROKEN. */
int store_certificate_find(struct certificate_record *out, struct store *store, const char *site,
	struct bytes serial, struct diag *diag);

/* Appends the serial number (content octets) of the site's latest certificate. DONE; REFUSED: none has
 * been issued; BROKEN. */
int store_certificate_latest_serial(
	struct buffer *out, struct store *store, const char *site, struct diag *diag);

/* Revokes the serial number, and so all that have it. DONE; REFUSED: there is none; BROKEN. */
int store_certificate_revoke(struct store *store, const char *site, struct bytes serial,
	int64_t now, enum crl_reason reason, struct diag *diag);

/*
 * Lifts a revocation, as AD CS does: only certificateHold can be lifted (RFC 5280 5.3.1). The
 * certificate is missing from the next CRL; removeFromCRL stands in delta CRLs alone, of which there
 * are none. DONE, also when it was not revoked; REFUSED: there is none, or it is revoked for another
 * reason; BROKEN.
 */
int store_certificate_unrevoke(
	struct store *store, const char *site, struct bytes serial, struct diag *diag);

/* Gives the next CRL number of a site's CAs: the time, in seconds since 1970, or one more than the
 * number before; never less, not after a restart or with another clock either. DONE or BROKEN. */
int store_next_crl_number(
	uint32_t *out, struct store *store, const char *site, int64_t now, struct diag *diag);

/* Calls `each` for every revoked serial number of the site, oldest first, with the lock held: it must
 * not come back to the store. DONE or BROKEN. */
int store_certificate_each_revoked(struct store *store, const char *site,
	void (*each)(void *context, const struct crl_entry *entry), void *context,
	struct diag *diag);
