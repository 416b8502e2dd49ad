#include "server/store_challenges.h"

#include "server/store_private.h"

/* How many used or expired challenges are remembered, of all sites, so that a refusal can say
 * more than "unknown". */
#define SPENT_MAX 10000

/* How long the identifier of a used token outlives the token, so that a clock that is set back
 * lets no token in twice. */
#define TOKEN_MEMORY_MS (INT64_C(24) * 60 * 60 * 1000)

static int
cut_spent(struct database_transaction *transaction, struct diag *diag)
{
	return database_run(transaction,
		"DELETE FROM spent_challenges WHERE id <="
		" (SELECT max(id) FROM spent_challenges) - ?1",
		VALUES(value_integer(SPENT_MAX)), diag);
}

/* Moves the site's challenges that have expired to the spent ones. */
static int
sweep(struct database_transaction *transaction, const char *site, int64_t now, struct diag *diag)
{
	if (database_run(transaction,
		    "INSERT OR REPLACE INTO spent_challenges"
		    " (site, hmac, challenge, made_at, expires_at)"
		    " SELECT site, hmac, challenge, made_at, expires_at FROM challenges"
		    " WHERE site = ?1 AND expires_at <= ?2 ORDER BY expires_at",
		    VALUES(value_text(site), value_integer(now)), diag) != DONE)
		return BROKEN;
	if (database_changes(transaction) == 0)
		return DONE;
	if (database_run(transaction, "DELETE FROM challenges WHERE site = ?1 AND expires_at <= ?2",
		    VALUES(value_text(site), value_integer(now)), diag) != DONE)
		return BROKEN;
	return cut_spent(transaction, diag);
}

static int
check_room(struct database_transaction *transaction, const char *site, int64_t limit,
	struct diag *diag)
{
	int64_t count = 0;

	if (limit == 0)
		return DONE;
	if (database_read(transaction,
		    "SELECT value FROM counters WHERE site = ?1 AND name = 'challenges'",
		    VALUES(value_text(site)), COLUMNS({.integer = &count}), diag) == BROKEN)
		return BROKEN;
	if (count < limit)
		return DONE;
	return diag_refuse(diag, "password cache", "PasswordMax", "room for one more",
		"%lld unused passwords of %lld", (long long)count, (long long)limit);
}

int
store_challenge_hmac(struct buffer *out, struct database_transaction *transaction,
	const char *challenge, struct diag *diag)
{
	int result = database_read(transaction, "SELECT " CHALLENGE_HMAC,
		VALUES(value_null(), value_text(challenge)), COLUMNS({.bytes = out}), diag);

	return result == DATABASE_ROW ? DONE : BROKEN;
}

int
store_challenge_add(struct store *store, const char *site, const char *challenge, int64_t now,
	int64_t expires_at, int64_t limit, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	BUFFER_CLEANUP struct buffer hmac = {0};
	int result;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		store_challenge_hmac(&hmac, &transaction, challenge, diag) != DONE ||
		sweep(&transaction, site, now, diag) != DONE)
		return BROKEN;
	result = check_room(&transaction, site, limit, diag);
	if (result != DONE)
		return result;
	/* A text that was spent before has a new life, one that waits keeps its own. */
	if (database_run(&transaction, "DELETE FROM spent_challenges WHERE site = ?1 AND hmac = ?2",
		    VALUES(value_text(site), value_blob(buffer_bytes(&hmac))), diag) != DONE ||
		database_run(&transaction,
			"INSERT OR IGNORE INTO challenges"
			" (site, hmac, challenge, made_at, expires_at)"
			" VALUES (?1, ?2, ?3, ?4, ?5)",
			VALUES(value_text(site), value_blob(buffer_bytes(&hmac)),
				value_text(challenge), value_integer(now),
				value_integer(expires_at)),
			diag) != DONE)
		return BROKEN;
	result = database_changes(&transaction) == 1 ? DONE : CHALLENGE_DUPLICATE;
	return database_commit(&transaction, diag) == DONE ? result : BROKEN;
}

/* Says what is remembered of a challenge that does not wait. */
static int
find_spent(struct challenge_record *out, struct database_transaction *transaction, const char *site,
	struct bytes challenge, struct diag *diag)
{
	int64_t used_by = 0;
	int result = database_read(transaction,
		"SELECT made_at, expires_at, used_at, used_by FROM spent_challenges"
		" WHERE site = ?1 AND hmac = " CHALLENGE_HMAC,
		VALUES(value_text(site), value_text_bytes(challenge)),
		COLUMNS({.integer = &out->made_at}, {.integer = &out->expires_at},
			{.integer = &out->used_at}, {.integer = &used_by}),
		diag);

	if (result == BROKEN)
		return BROKEN;
	out->used_by = (uint64_t)used_by;
	if (result != DATABASE_ROW)
		out->state = CHALLENGE_UNKNOWN;
	else
		out->state = used_by   ? CHALLENGE_USED
			: out->used_at ? CHALLENGE_REVOKED
				       : CHALLENGE_EXPIRED;
	return DONE;
}

/* Remembers what became of a challenge that waits no longer. */
static int
spend(struct database_transaction *transaction, const struct challenge_record *record,
	const char *site, struct bytes challenge, int64_t now, uint64_t exchange, struct diag *diag)
{
	bool used = record->state == CHALLENGE_VALID;

	if (database_run(transaction,
		    "INSERT OR REPLACE INTO spent_challenges"
		    " (site, hmac, challenge, made_at, expires_at, used_at, used_by)"
		    " VALUES (?1, " CHALLENGE_HMAC ", ?2, ?3, ?4, ?5, ?6)",
		    VALUES(value_text(site), value_text_bytes(challenge),
			    value_integer(record->made_at), value_integer(record->expires_at),
			    used ? value_integer(now) : value_null(),
			    used ? value_integer((int64_t)exchange) : value_null()),
		    diag) != DONE)
		return BROKEN;
	return cut_spent(transaction, diag);
}

int
store_challenge_take(struct challenge_record *out, struct store *store, const char *site,
	struct bytes challenge, int64_t now, uint64_t exchange, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	BUFFER_SECRET_CLEANUP struct buffer waiting = {0};
	int result;

	*out = (struct challenge_record){0};
	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result = database_read(&transaction,
		"DELETE FROM challenges WHERE site = ?1 AND hmac = " CHALLENGE_HMAC
		" RETURNING challenge, made_at, expires_at",
		VALUES(value_text(site), value_text_bytes(challenge)),
		COLUMNS({.bytes = &waiting}, {.integer = &out->made_at},
			{.integer = &out->expires_at}),
		diag);
	if (result == BROKEN)
		return BROKEN;
	if (result == DATABASE_ROW && !bytes_equal_secret(challenge, buffer_bytes(&waiting))) {
		*out = (struct challenge_record){.state = CHALLENGE_UNKNOWN};
		return DONE; /* with the other one where it was */
	}
	if (result == DATABASE_ROW) {
		out->state = out->expires_at > now ? CHALLENGE_VALID : CHALLENGE_EXPIRED;
		result = spend(&transaction, out, site, challenge, now, exchange, diag);
	} else {
		result = find_spent(out, &transaction, site, challenge, diag);
	}
	return result == DONE ? database_commit(&transaction, diag) : BROKEN;
}

int
store_challenge_release(struct store *store, const char *site, struct bytes challenge,
	uint64_t exchange, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	int64_t made_at = 0, expires_at = 0;
	int result;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result = database_read(&transaction,
		"DELETE FROM spent_challenges"
		" WHERE site = ?1 AND hmac = " CHALLENGE_HMAC " AND used_by = ?3"
		" RETURNING made_at, expires_at",
		VALUES(value_text(site), value_text_bytes(challenge),
			value_integer((int64_t)exchange)),
		COLUMNS({.integer = &made_at}, {.integer = &expires_at}), diag);
	if (result == DATABASE_ROW)
		result = database_run(&transaction,
			"INSERT INTO challenges (site, hmac, challenge, made_at, expires_at)"
			" VALUES (?1, " CHALLENGE_HMAC ", ?2, ?3, ?4)",
			VALUES(value_text(site), value_text_bytes(challenge),
				value_integer(made_at), value_integer(expires_at)),
			diag);
	return result == DONE ? database_commit(&transaction, diag) : BROKEN;
}

int
store_challenge_clear(struct store *store, const char *site, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_run(&transaction, "DELETE FROM challenges WHERE site = ?1",
			VALUES(value_text(site)), diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}

/* Says why a challenge that does not wait cannot be revoked. DONE where it is revoked already. */
static int
refuse_revocation(const struct challenge_record *record, const char *challenge, struct diag *diag)
{
	switch (record->state) {
	case CHALLENGE_REVOKED:
		return DONE;
	case CHALLENGE_USED:
		return diag_refuse(diag, "challenge", NULL, "one that was not used yet",
			"%.64s was used at exchange %llu", challenge,
			(unsigned long long)record->used_by);
	case CHALLENGE_EXPIRED:
		return diag_refuse(diag, "challenge", NULL, "one that is still valid",
			"%.64s has expired", challenge);
	case CHALLENGE_VALID:
	case CHALLENGE_UNKNOWN:
		break;
	}
	diag_refuse(diag, "challenge", NULL, "one that this site has given out", "%.64s is unknown",
		challenge);
	return CHALLENGE_NOBODYS;
}

int
store_challenge_revoke(struct store *store, const char *site, const char *challenge, int64_t now,
	struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	struct challenge_record record = {0};
	int result;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result = database_read(&transaction,
		"INSERT OR REPLACE INTO spent_challenges"
		" (site, hmac, challenge, made_at, expires_at, used_at)"
		" SELECT site, hmac, challenge, made_at, expires_at, ?3 FROM challenges"
		" WHERE site = ?1 AND hmac = " CHALLENGE_HMAC " RETURNING id",
		VALUES(value_text(site), value_text(challenge), value_integer(now)), NULL, 0, diag);
	if (result == DONE) {
		result = find_spent(&record, &transaction, site, bytes_text(challenge), diag);
		return result == DONE ? refuse_revocation(&record, challenge, diag) : result;
	}
	if (result != DATABASE_ROW ||
		database_run(&transaction,
			"DELETE FROM challenges WHERE site = ?1 AND hmac = " CHALLENGE_HMAC,
			VALUES(value_text(site), value_text(challenge)), diag) != DONE ||
		cut_spent(&transaction, diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}

/* --- Intune challenges ------------------------------------------------------ */

/* Says which exchange used a token before. */
static int
find_used_token(struct challenge_record *out, struct database_transaction *transaction,
	const char *site, struct bytes identifier, struct diag *diag)
{
	int64_t used_by = 0;

	if (database_read(transaction,
		    "SELECT expires_at, used_at, used_by FROM used_tokens"
		    " WHERE site = ?1 AND identifier = ?2",
		    VALUES(value_text(site), value_text_bytes(identifier)),
		    COLUMNS({.integer = &out->expires_at}, {.integer = &out->used_at},
			    {.integer = &used_by}),
		    diag) != DATABASE_ROW)
		return BROKEN;
	out->used_by = (uint64_t)used_by;
	out->state = used_by ? CHALLENGE_USED : CHALLENGE_REVOKED;
	return DONE;
}

int
store_challenge_take_once(struct challenge_record *out, struct store *store, const char *site,
	struct bytes identifier, int64_t now, int64_t expires_at, uint64_t exchange,
	struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;

	*out = (struct challenge_record){.state = CHALLENGE_VALID, .expires_at = expires_at};
	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_run(&transaction, "DELETE FROM used_tokens WHERE expires_at <= ?1",
			VALUES(value_integer(now - TOKEN_MEMORY_MS)), diag) != DONE ||
		database_run(&transaction,
			"INSERT OR IGNORE INTO used_tokens"
			" (site, identifier, expires_at, used_at, used_by)"
			" VALUES (?1, ?2, ?3, ?4, ?5)",
			VALUES(value_text(site), value_text_bytes(identifier),
				value_integer(expires_at), value_integer(now),
				value_integer((int64_t)exchange)),
			diag) != DONE)
		return BROKEN;
	if (database_changes(&transaction) == 0 &&
		find_used_token(out, &transaction, site, identifier, diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}

int
store_challenge_release_once(struct store *store, const char *site, struct bytes identifier,
	uint64_t exchange, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_run(&transaction,
			"DELETE FROM used_tokens"
			" WHERE site = ?1 AND identifier = ?2 AND used_by = ?3",
			VALUES(value_text(site), value_text_bytes(identifier),
				value_integer((int64_t)exchange)),
			diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}

int
store_challenge_remember_once(struct store *store, const char *site, const char *identifier,
	int64_t now, int64_t expires_at, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_run(&transaction,
			"INSERT OR REPLACE INTO minted_tokens"
			" (site, identifier, made_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
			VALUES(value_text(site), value_text(identifier), value_integer(now),
				value_integer(expires_at)),
			diag) != DONE ||
		database_run(&transaction,
			"DELETE FROM minted_tokens WHERE id <="
			" (SELECT max(id) FROM minted_tokens) - ?1",
			VALUES(value_integer(SPENT_MAX)), diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}

/* Gives the end of a token that was made here. DONE, REFUSED or BROKEN. */
static int
find_token_end(int64_t *expires_at, struct database_transaction *transaction, const char *site,
	const char *identifier, struct diag *diag)
{
	const struct challenge_record unknown = {.state = CHALLENGE_UNKNOWN};
	int result = database_read(transaction,
		"SELECT expires_at FROM minted_tokens WHERE site = ?1 AND identifier = ?2",
		VALUES(value_text(site), value_text(identifier)), COLUMNS({.integer = expires_at}),
		diag);

	if (result == DATABASE_ROW)
		return DONE;
	return result == DONE ? refuse_revocation(&unknown, identifier, diag) : BROKEN;
}

int
store_challenge_revoke_once(struct store *store, const char *site, const char *identifier,
	int64_t now, int64_t expires_at, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	struct challenge_record record = {0};
	int result = DONE;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	if (!expires_at)
		result = find_token_end(&expires_at, &transaction, site, identifier, diag);
	if (result == DONE)
		result = database_run(&transaction,
			"INSERT OR IGNORE INTO used_tokens"
			" (site, identifier, expires_at, used_at, used_by)"
			" VALUES (?1, ?2, ?3, ?4, 0)",
			VALUES(value_text(site), value_text(identifier), value_integer(expires_at),
				value_integer(now)),
			diag);
	if (result != DONE)
		return result;
	if (database_changes(&transaction) > 0)
		return database_commit(&transaction, diag);
	if (find_used_token(&record, &transaction, site, bytes_text(identifier), diag) != DONE)
		return BROKEN;
	return refuse_revocation(&record, identifier, diag);
}

/* --- UseSinglePassword ---------------------------------------------------------- */

int
store_single_password_find(
	struct buffer *out, struct store *store, const char *site, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;
	int result;

	if (database_begin(&transaction, store->database, diag) != DONE)
		return BROKEN;
	result =
		database_read(&transaction, "SELECT password FROM single_passwords WHERE site = ?1",
			VALUES(value_text(site)), COLUMNS({.bytes = out}), diag);
	if (result == BROKEN || database_commit(&transaction, diag) != DONE)
		return BROKEN;
	return result == DATABASE_ROW ? DONE : REFUSED;
}

int
store_single_password_keep(
	struct store *store, const char *site, const char *password, struct diag *diag)
{
	DATABASE_TRANSACTION struct database_transaction transaction;

	if (database_begin(&transaction, store->database, diag) != DONE ||
		database_run(&transaction,
			"INSERT OR IGNORE INTO single_passwords (site, password) VALUES (?1, ?2)",
			VALUES(value_text(site), value_text(password)), diag) != DONE)
		return BROKEN;
	return database_commit(&transaction, diag);
}
