#include "server/store_certificates.h"

#include "common/hex.h"
#include "common/name.h"
#include "server/store_private.h"

int
store_next_request_id(uint32_t *out, struct store *store, const char *site, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	int64_t number = 0;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_run(&transaction,
			"INSERT INTO counters (site, name, value) VALUES (?1, 'request_id', 1)"
			" ON CONFLICT (site, name) DO UPDATE SET value = value + 1",
			VALUES(value_text(site)), diag) != DONE ||
		database_read(&transaction,
			"SELECT value FROM counters WHERE site = ?1 AND name = 'request_id'",
			VALUES(value_text(site)), COLUMNS({.integer = &number}),
			diag) != DATABASE_ROW)
		return BROKEN;
	if (number > UINT32_MAX)
		return diag_break(
			diag, "request number", "all %u of the site are used", UINT32_MAX);
	*out = (uint32_t)number;
	return database_commit(&transaction, diag);
}

void
certificate_record_done(struct certificate_record *record)
{
	buffer_done(&record->der);
	*record = (struct certificate_record){0};
}

/* Gives the number of the new row. */
static int
insert(int64_t *id, struct database_transaction *transaction, const char *site,
	const struct certificate *certificate, const char *transaction_id, uint32_t request_id,
	int64_t now, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer serial = {0}, subject = {0};
	int result;

	buffer_append_hex(&serial, certificate->serial);
	name_text(&subject, certificate->subject);
	result = database_run(transaction,
		"INSERT INTO certificates (site, serial, subject, not_before, not_after,"
		" request_id, transaction_id, issued_at, der)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		VALUES(value_text(site), value_text_bytes(buffer_bytes(&serial)),
			value_text_bytes(buffer_bytes(&subject)),
			value_integer(certificate->not_before * 1000),
			value_integer(certificate->not_after * 1000), value_integer(request_id),
			value_text(transaction_id), value_integer(now),
			value_blob(buffer_bytes(&certificate->der))),
		diag);
	*id = database_row_id(transaction);
	return result;
}

int
store_issue(struct store *store, const char *site, const struct certificate *certificate,
	const char *transaction_id, const struct transaction_record *record, int64_t now,
	struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	int64_t id;
	int result;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		insert(&id, &transaction, site, certificate, transaction_id, record->request_id,
			now, diag) != DONE)
		return BROKEN;
	result =
		store_transaction_finish(&transaction, site, transaction_id, record, id, now, diag);
	return result == DONE ? database_commit(&transaction, diag) : result;
}

static int
read_certificate(struct certificate_record *out, struct database_transaction *transaction,
	const char *site, struct bytes serial, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer hex = {0};
	int64_t request_id;
	int result;

	buffer_append_hex(&hex, serial);
	result = database_read(transaction,
		"SELECT der, request_id, (SELECT max(revoked_at) FROM certificates"
		" WHERE site = ?1 AND serial = ?2) FROM certificates"
		" WHERE site = ?1 AND serial = ?2 ORDER BY id DESC LIMIT 1",
		VALUES(value_text(site), value_text_bytes(buffer_bytes(&hex))),
		COLUMNS({.bytes = &out->der}, {.integer = &request_id},
			{.integer = &out->revoked_at}),
		diag);
	if (result == DONE)
		return diag_refuse(diag, "certificate", NULL, "a serial number that this CA gave",
			"serial number %s", buffer_text(&hex));
	if (result != DATABASE_ROW)
		return BROKEN;
	out->request_id = (uint32_t)request_id;
	return DONE;
}

/* The content octets of a serial number that stands as hexadecimal digits. */
static void
append_octets(struct buffer *out, struct bytes hex)
{
	for (size_t i = 0; i + 1 < hex.size; i += 2)
		buffer_append_byte(out, (uint8_t)hex_octet((const char *)hex.data + i));
}

int
store_certificate_find(struct certificate_record *out, struct store *store, const char *site,
	struct bytes serial, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	int result;

	*out = (struct certificate_record){0};
	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result = read_certificate(out, &transaction, site, serial, diag);
	return result == DONE ? database_commit(&transaction, diag) : result;
}

int
store_certificate_revoke(struct store *store, const char *site, struct bytes serial, int64_t now,
	enum crl_reason reason, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	BUFFER_CLEANUP struct buffer hex = {0};

	buffer_append_hex(&hex, serial);
	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_run(&transaction,
			/* A serial number stands in a CRL once (RFC 5280 5.1.2.6), so one of its
			 * rows is marked. */
			"UPDATE certificates SET revoked_at = coalesce(revoked_at, ?3), reason = ?4"
			" WHERE id = (SELECT id FROM certificates WHERE site = ?1 AND serial = ?2"
			" ORDER BY revoked_at IS NULL, id DESC LIMIT 1)",
			VALUES(value_text(site), value_text_bytes(buffer_bytes(&hex)),
				value_integer(now), value_integer(reason)),
			diag) != DONE)
		return BROKEN;
	if (database_changes(&transaction) == 0)
		return diag_refuse(diag, "certificate", NULL, "a serial number that this CA gave",
			"serial number %s", buffer_text(&hex));
	return database_commit(&transaction, diag);
}

int
store_certificate_latest_serial(
	struct buffer *out, struct store *store, const char *site, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	BUFFER_CLEANUP struct buffer hex = {0};
	int result;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result = database_read(&transaction,
		/* "+": from the latest of all sites backwards, rather than sorting the site's. */
		"SELECT serial FROM certificates WHERE +site = ?1 ORDER BY id DESC LIMIT 1",
		VALUES(value_text(site)), COLUMNS({.bytes = &hex}), diag);
	if (result == DONE)
		return diag_refuse(diag, "certificate", NULL, "one that was issued before", "none");
	if (result != DATABASE_ROW)
		return BROKEN;
	append_octets(out, buffer_bytes(&hex));
	return database_commit(&transaction, diag);
}

int
store_certificate_unrevoke(
	struct store *store, const char *site, struct bytes serial, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	BUFFER_CLEANUP struct buffer hex = {0};
	int64_t revoked_at, reason;
	int result;

	buffer_append_hex(&hex, serial);
	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result = database_read(&transaction,
		"SELECT revoked_at, reason FROM certificates WHERE site = ?1 AND serial = ?2"
		" ORDER BY revoked_at IS NULL LIMIT 1",
		VALUES(value_text(site), value_text_bytes(buffer_bytes(&hex))),
		COLUMNS({.integer = &revoked_at}, {.integer = &reason}), diag);
	if (result == DONE)
		return diag_refuse(diag, "certificate", NULL, "a serial number that this CA gave",
			"serial number %s", buffer_text(&hex));
	if (result == DATABASE_ROW && revoked_at && reason != REVOKED_CERTIFICATE_HOLD)
		return diag_refuse(diag, "certificate", "RFC 5280 5.3.1",
			"one revoked with reason 6, certificateHold, since no other revocation can "
			"be lifted",
			"serial number %s, revoked with reason %lld", buffer_text(&hex),
			(long long)reason);
	if (result != DATABASE_ROW ||
		database_run(&transaction,
			"UPDATE certificates SET revoked_at = NULL, reason = NULL"
			" WHERE site = ?1 AND serial = ?2",
			VALUES(value_text(site), value_text_bytes(buffer_bytes(&hex))),
			diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}

int
store_next_crl_number(
	uint32_t *out, struct store *store, const char *site, int64_t now, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	int64_t number = 0;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_run(&transaction,
			"INSERT INTO counters (site, name, value) VALUES (?1, 'crl_number', ?2)"
			" ON CONFLICT (site, name) DO UPDATE SET value = max(value + 1, ?2)",
			VALUES(value_text(site), value_integer(now > 0 ? now : 1)), diag) != DONE ||
		database_read(&transaction,
			"SELECT value FROM counters WHERE site = ?1 AND name = 'crl_number'",
			VALUES(value_text(site)), COLUMNS({.integer = &number}),
			diag) != DATABASE_ROW)
		return BROKEN;
	if (number > UINT32_MAX)
		return diag_break(diag, "CRL number", "all %u of the site are used", UINT32_MAX);
	*out = (uint32_t)number;
	return database_commit(&transaction, diag);
}

/* --- the revoked ones ----------------------------------------------------------- */

/* What store_certificate_each_revoked carries from row to row. */
struct revoked_rows {
	struct buffer hex;
	struct buffer serial;
	int64_t revoked_at;
	int64_t reason;
	void (*each)(void *context, const struct crl_entry *entry);
	void *context;
};

static void
pass_on(void *context)
{
	struct revoked_rows *rows = context;
	struct crl_entry entry = {
		.revoked_at = rows->revoked_at / 1000, .reason = (enum crl_reason)rows->reason};

	buffer_clear(&rows->serial);
	append_octets(&rows->serial, buffer_bytes(&rows->hex));
	entry.serial = buffer_bytes(&rows->serial);
	rows->each(rows->context, &entry);
}

int
store_certificate_each_revoked(struct store *store, const char *site,
	void (*each)(void *context, const struct crl_entry *entry), void *context,
	struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	struct revoked_rows rows = {.each = each, .context = context};
	int result;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result = database_each(&transaction,
		"SELECT serial, revoked_at, reason FROM certificates"
		" WHERE site = ?1 AND revoked_at IS NOT NULL ORDER BY revoked_at, id",
		VALUES(value_text(site)),
		COLUMNS({.bytes = &rows.hex}, {.integer = &rows.revoked_at},
			{.integer = &rows.reason}),
		pass_on, &rows, diag);
	buffer_done(&rows.hex);
	buffer_done(&rows.serial);
	return result == DONE ? database_commit(&transaction, diag) : BROKEN;
}
