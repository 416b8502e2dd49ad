/*
 * What the files of the store share, and nobody else: store.c opens and makes
 * the tables; store_challenges.c, store_certificates.c,
 * store_journal.c and store_transactions.c each know theirs.
 */
#pragma once

#include "server/database.h"
#include "server/store.h"

/* The site itself, and its servers behind a load balancer (balancer.h): "NAME#2", before "NAME$". */
#define SITE_AND_SERVERS "(site = ?1 OR (site > ?1 || '#' AND site < ?1 || '$'))"

/* What the challenge ?2 is looked up by, in the column hmac. */
#define CHALLENGE_HMAC "(SELECT hmac_sha256(key, ?2) FROM challenge_key)"

/* Gives that, for several statements. DONE or BROKEN. */
int store_challenge_hmac(struct buffer *out, struct database_transaction *transaction,
	const char *challenge, struct diag *diag);

struct store {
	struct database *database;
	int directory_lock; /* descriptor; -1 in memory */
};

/*
 * Within a transaction of store_issue: remembers that a transactionID ended with the certificate in
 * row `certificate`. DONE; REFUSED: its request was pending and has ended already; BROKEN.
 */
int store_transaction_finish(struct database_transaction *transaction, const char *site,
	const char *transaction_id, const struct transaction_record *record, int64_t certificate,
	int64_t now, struct diag *diag);
