#include "server/store_transactions.h"

#include "server/store_private.h"

void
transaction_record_done(struct transaction_record *record)
{
	buffer_done(&record->csr);
	buffer_done(&record->certificate);
	*record = (struct transaction_record){0};
}

/*
 * `certificate` is the row of the issued one; 0: none. DONE; REFUSED: the request was pending and is
 * no more; BROKEN.
 */
static int
put(struct database_transaction *transaction, const char *site, const char *transaction_id,
	const struct transaction_record *record, enum scep_status status, int64_t certificate,
	int64_t now, struct diag *diag)
{
	int result = database_run(transaction,
		"INSERT INTO transactions (site, transaction_id, status, request_id,"
		" changed_at, polls, fail_info, error, certificate, csr)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
		" ON CONFLICT (site, transaction_id) DO UPDATE SET status = excluded.status,"
		" request_id = excluded.request_id, changed_at = excluded.changed_at,"
		" polls = excluded.polls, fail_info = excluded.fail_info, error = excluded.error,"
		" certificate = excluded.certificate, csr = excluded.csr, approved_at = NULL"
		" WHERE excluded.polls = 0"
		" OR transactions.request_id = excluded.request_id AND transactions.status = ?11",
		VALUES(value_text(site), value_text(transaction_id), value_integer(status),
			value_integer(record->request_id), value_integer(now),
			value_integer(record->polls), value_integer(record->fail_info),
			value_integer(record->error),
			certificate ? value_integer(certificate) : value_null(),
			record->csr.size > 0 ? value_blob(buffer_bytes(&record->csr))
					     : value_null(),
			value_integer(SCEP_STATUS_PENDING)),
		diag);

	if (result != DONE || database_changes(transaction) > 0)
		return result;
	return diag_refuse(diag, "transactionID", "RFC 8894 3.3.3", "that of a pending request",
		"\"%s\", whose request number %u has ended", transaction_id, record->request_id);
}

int
store_transaction_finish(struct database_transaction *transaction, const char *site,
	const char *transaction_id, const struct transaction_record *record, int64_t certificate,
	int64_t now, struct diag *diag)
{
	return put(transaction, site, transaction_id, record, SCEP_STATUS_SUCCESS, certificate, now,
		diag);
}

int
store_transaction_put(struct store *store, const char *site, const char *transaction_id,
	const struct transaction_record *record, int64_t now, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	int result;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result = put(&transaction, site, transaction_id, record, record->status, 0, now, diag);
	return result == DONE ? database_commit(&transaction, diag) : result;
}

static int
read_transaction(struct transaction_record *out, struct database_transaction *transaction,
	const char *site, const char *transaction_id, struct diag *diag)
{
	int64_t status, request_id, polls, fail_info, error;
	int result = database_read(transaction,
		"SELECT status, transactions.request_id, polls, fail_info, error, approved_at,"
		" csr, der"
		" FROM transactions LEFT JOIN certificates"
		" ON certificates.id = transactions.certificate"
		" WHERE transactions.site = ?1 AND transactions.transaction_id = ?2",
		VALUES(value_text(site), value_text(transaction_id)),
		COLUMNS({.integer = &status}, {.integer = &request_id}, {.integer = &polls},
			{.integer = &fail_info}, {.integer = &error},
			{.integer = &out->approved_at}, {.bytes = &out->csr},
			{.bytes = &out->certificate}),
		diag);

	if (result == DONE)
		return diag_refuse(diag, "transactionID", "RFC 8894 3.3.3",
			"that of a request this server has seen", "\"%s\"", transaction_id);
	if (result != DATABASE_ROW)
		return BROKEN;
	out->status = (enum scep_status)status;
	out->request_id = (uint32_t)request_id;
	out->polls = (unsigned)polls;
	out->fail_info = (enum scep_fail_info)fail_info;
	out->error = (int32_t)error;
	return DONE;
}

int
store_transaction_find(struct transaction_record *out, struct store *store, const char *site,
	const char *transaction_id, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	int result;

	*out = (struct transaction_record){0};
	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result = read_transaction(out, &transaction, site, transaction_id, diag);
	return result == DONE ? database_commit(&transaction, diag) : result;
}

int
store_transaction_poll(unsigned *polls, bool *approved, struct store *store, const char *site,
	const char *transaction_id, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	int64_t count, approved_at;
	int result;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result = database_read(&transaction,
		"UPDATE transactions SET polls = polls + 1"
		" WHERE site = ?1 AND transaction_id = ?2 AND status = ?3 RETURNING polls, "
		"approved_at",
		VALUES(value_text(site), value_text(transaction_id),
			value_integer(SCEP_STATUS_PENDING)),
		COLUMNS({.integer = &count}, {.integer = &approved_at}), diag);
	if (result == DONE)
		return diag_refuse(diag, "transactionID", "RFC 8894 3.3.3",
			"that of a pending request", "\"%s\"", transaction_id);
	if (result != DATABASE_ROW)
		return BROKEN;
	*polls = (unsigned)count;
	*approved = approved_at != 0;
	return database_commit(&transaction, diag);
}

/* --- a certificate manager's word --------------------------------------------- */

/* Says why nothing is to be decided. Returns REFUSED or BROKEN. */
static int
refuse_decision(struct database_transaction *transaction, const char *site,
	const char *transaction_id, struct diag *diag)
{
	TRANSACTION_RECORD_CLEANUP struct transaction_record record = {0};
	int result = read_transaction(&record, transaction, site, transaction_id, diag);

	if (result != DONE)
		return result;
	return diag_refuse(diag, "transactionID", NULL, "that of a pending request",
		"\"%s\", which has ended with %s", transaction_id, scep_status_name(record.status));
}

/* Commits what the latest statement decided. */
static int
commit_decision(struct database_transaction *transaction, const char *site,
	const char *transaction_id, struct diag *diag)
{
	return database_changes(transaction) > 0
		? database_commit(transaction, diag)
		: refuse_decision(transaction, site, transaction_id, diag);
}

int
store_transaction_approve(struct store *store, const char *site, const char *transaction_id,
	int64_t now, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_run(&transaction,
			"UPDATE transactions SET approved_at = coalesce(approved_at, ?4)"
			" WHERE site = ?1 AND transaction_id = ?2 AND status = ?3",
			VALUES(value_text(site), value_text(transaction_id),
				value_integer(SCEP_STATUS_PENDING), value_integer(now)),
			diag) != DONE)
		return BROKEN;
	return commit_decision(&transaction, site, transaction_id, diag);
}

int
store_transaction_deny(struct store *store, const char *site, const char *transaction_id,
	enum scep_fail_info fail_info, int32_t error, int64_t now, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_run(&transaction,
			"UPDATE transactions SET status = ?4, fail_info = ?5, error = ?6,"
			" changed_at = ?7, approved_at = NULL, csr = NULL"
			" WHERE site = ?1 AND transaction_id = ?2 AND status = ?3",
			VALUES(value_text(site), value_text(transaction_id),
				value_integer(SCEP_STATUS_PENDING),
				value_integer(SCEP_STATUS_FAILURE), value_integer(fail_info),
				value_integer(error), value_integer(now)),
			diag) != DONE)
		return BROKEN;
	return commit_decision(&transaction, site, transaction_id, diag);
}
