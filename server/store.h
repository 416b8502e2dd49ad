/*
 * What must not be lost: certificates, transactions, challenges, counters; in
 * memory, or in a directory that survives kill -9, where people may look at it
 * with sqlite3.
 *
 * All functions may be called from any thread. The lock is held for one
 * statement or one short transaction, never while a key is used. Each function
 * has committed when it returns. Negative results are BROKEN with words in the
 * diag.
 */
#pragma once

#include "common/buffer.h"
#include "common/crl.h"
#include "common/diag.h"
#include "common/scep.h"

struct store;

/*
 * Opens the store in `directory` (made when missing, 0700; files 0600), or in memory when NULL. A
 * directory that another process uses, or a damaged file, is REFUSED and left untouched.
 */
int store_open(struct store **out, const char *directory, struct diag *diag);

void store_close(struct store *store);

/* --- challenges ----------------------------------------------------------- */

/* What became of a challenge. */
enum challenge_state {
	CHALLENGE_VALID, /* unused and in time; of store_challenge_take: now taken */
	CHALLENGE_UNKNOWN,
	CHALLENGE_USED,
	CHALLENGE_EXPIRED, /* NDES would not know it any more */
};

struct challenge_record {
	enum challenge_state state;
	int64_t made_at; /* milliseconds since 1970 */
	int64_t expires_at;
	int64_t used_at;  /* with CHALLENGE_USED */
	uint64_t used_by; /* the exchange that used it */
};

/* Of store_challenge_add: the same challenge is there already, unused. */
#define CHALLENGE_DUPLICATE 2

/*
 * Remembers a new challenge unless `limit` unused and unexpired ones are there already (PasswordMax;
 * 0: no limit). DONE; REFUSED: the cache is full; CHALLENGE_DUPLICATE; BROKEN.
 */
int store_challenge_add(struct store *store, const char *site, const char *challenge, int64_t now,
	int64_t expires_at, int64_t limit, struct diag *diag);

/*
 * Takes a challenge for an exchange, at most once whatever threads try: `out` says what it was.
 * DONE or BROKEN.
 */
int store_challenge_take(struct challenge_record *out, struct store *store, const char *site,
	struct bytes challenge, int64_t now, uint64_t exchange, struct diag *diag);

/* Remembers an offline-minted challenge as used by its identifier; `out` as store_challenge_take. */
int store_challenge_take_once(struct challenge_record *out, struct store *store, const char *site,
	struct bytes identifier, int64_t now, int64_t expires_at, uint64_t exchange,
	struct diag *diag);

/* Gives back a challenge that `exchange` took and for which nothing was issued. */
int store_challenge_release(struct store *store, const char *site, struct bytes challenge,
	uint64_t exchange, struct diag *diag);

/* As store_challenge_release for an identifier. */
int store_challenge_release_once(struct store *store, const char *site, struct bytes identifier,
	uint64_t exchange, struct diag *diag);

/* Forgets the unused challenges of a site, as an IIS restart does. */
int store_challenge_clear(struct store *store, const char *site, struct diag *diag);

/* Gives the site's single password (UseSinglePassword). DONE; REFUSED: it has none yet; BROKEN. */
int store_single_password_find(
	struct buffer *out, struct store *store, const char *site, struct diag *diag);

/* Makes `password` the site's single one unless it has one. DONE or BROKEN. */
int store_single_password_keep(
	struct store *store, const char *site, const char *password, struct diag *diag);

/* --- certificates ----------------------------------------------------------- */

/* Gives the next request number of a site's CA, from 1; never twice, not after a restart either. */
int store_next_request_id(uint32_t *out, struct store *store, const char *site, struct diag *diag);

struct certificate_record {
	struct buffer der;
	uint32_t request_id;
	int64_t issued_at;  /* milliseconds since 1970 */
	int64_t revoked_at; /* 0: not revoked */
	enum crl_reason reason;
};

void certificate_record_done(struct certificate_record *record);

struct transaction_record;

/*
 * Remembers an issued certificate and the transaction that it ends (status SUCCESS), both or neither.
 * Of `record` the request number and the polls are kept. DONE or BROKEN.
 */
int store_issue(struct store *store, const char *site, const struct certificate *certificate,
	const char *transaction_id, const struct transaction_record *record, int64_t now,
	struct diag *diag);

/* Finds by serial (content octets). The caller releases `out`. DONE; REFUSED: there is none; BROKEN. */
int store_certificate_find(struct certificate_record *out, struct store *store, const char *site,
	struct bytes serial, struct diag *diag);

/* Marks as revoked. DONE; REFUSED: there is none; BROKEN. */
int store_certificate_revoke(struct store *store, const char *site, struct bytes serial,
	int64_t now, enum crl_reason reason, struct diag *diag);

/* Calls `each` for every revoked certificate of the site, oldest first, with the lock held: it must
 * not come back to the store. DONE or BROKEN. */
int store_certificate_each_revoked(struct store *store, const char *site,
	void (*each)(void *context, const struct crl_entry *entry), void *context,
	struct diag *diag);

/* --- transactions ----------------------------------------------------------- */

/* What NDES remembers of one transactionID. */
struct transaction_record {
	enum scep_status status;
	uint32_t request_id;
	unsigned polls;                /* CertPolls and repeated PKCSReqs seen while pending */
	enum scep_fail_info fail_info; /* with FAILURE */
	int32_t error;
	struct buffer csr;         /* while PENDING: the PKCS#10 as received */
	struct buffer challenge;   /* while PENDING: what was taken for it */
	struct buffer certificate; /* with SUCCESS, as found; never given */
};

void transaction_record_done(struct transaction_record *record);

/* Remembers or replaces a transaction that is PENDING or ended in FAILURE. DONE or BROKEN. */
int store_transaction_put(struct store *store, const char *site, const char *transaction_id,
	const struct transaction_record *record, int64_t now, struct diag *diag);

/* Finds it. The caller releases `out`. DONE; REFUSED: there is none; BROKEN. */
int store_transaction_find(struct transaction_record *out, struct store *store, const char *site,
	const char *transaction_id, struct diag *diag);

/* Counts one more poll of a pending transaction and gives the new number. DONE; REFUSED: there is no
 * pending one; BROKEN. */
int store_transaction_poll(unsigned *out, struct store *store, const char *site,
	const char *transaction_id, struct diag *diag);
