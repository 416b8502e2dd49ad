#include "server/store.h"

#include <stdlib.h>

#include "common/memory.h"
#include "server/state_directory.h"
#include "server/store_private.h"

#define STATE_FILE "mock-ndes.sqlite"

/*
 * Comments stay in the file, for who looks into it with `.schema`.
 *
 * Rows that are written once and read seldom come in plain tables, so that a certificate is one
 * append; small ones that are looked up by name are their own index (WITHOUT ROWID). A challenge
 * moves from `challenges` to `spent_challenges` when it is used or expires: so the former holds no
 * more than PasswordMax of each site, and the latter is cut by its id, without counting.
 */
static const char TABLES[] =
	"CREATE TABLE counters ("
	" site TEXT NOT NULL,"
	" name TEXT NOT NULL, -- 'request_id': the latest request number of the site's CA;\n"
	" -- 'crl_number': the latest of its CRLs;\n"
	" -- 'challenges': rows of that table, since counting many would take long\n"
	" value INTEGER NOT NULL,"
	" PRIMARY KEY (site, name)) WITHOUT ROWID;\n"

	"CREATE TABLE certificates (\n"
	" -- times are milliseconds since 1970: datetime(issued_at / 1000, 'unixepoch')\n"
	" id INTEGER PRIMARY KEY,"
	" site TEXT NOT NULL,"
	" serial TEXT NOT NULL, -- hexadecimal; a fault may give one twice\n"
	" subject TEXT NOT NULL,"
	" not_before INTEGER NOT NULL,"
	" not_after INTEGER NOT NULL,"
	" request_id INTEGER NOT NULL,"
	" transaction_id TEXT NOT NULL,"
	" issued_at INTEGER NOT NULL,"
	" revoked_at INTEGER, -- of all that have the serial, at one of them\n"
	" reason INTEGER, -- CRLReason, RFC 5280 5.3.1\n"
	" der BLOB NOT NULL);\n"
	"CREATE INDEX serials ON certificates (site, serial);\n"
	"CREATE INDEX revoked ON certificates (site, revoked_at) WHERE revoked_at IS NOT NULL;\n"

	"CREATE TABLE transactions ("
	" site TEXT NOT NULL,"
	" transaction_id TEXT NOT NULL,"
	" status INTEGER NOT NULL, -- pkiStatus: 0 SUCCESS, 2 FAILURE, 3 PENDING\n"
	" request_id INTEGER NOT NULL,"
	" changed_at INTEGER NOT NULL,"
	" polls INTEGER NOT NULL,"
	" fail_info INTEGER NOT NULL, -- with FAILURE, RFC 8894 3.2.1.4\n"
	" error INTEGER NOT NULL, -- HRESULT\n"
	" certificate INTEGER REFERENCES certificates (id), -- with SUCCESS\n"
	" csr BLOB, -- while PENDING, and later where its challenge encrypts the reply\n"
	" UNIQUE (site, transaction_id));\n"

	"CREATE TABLE challenges (\n"
	" -- unused and not known to have expired\n"
	" site TEXT NOT NULL,"
	" challenge TEXT NOT NULL,"
	" made_at INTEGER NOT NULL,"
	" expires_at INTEGER NOT NULL,"
	" PRIMARY KEY (site, challenge)) WITHOUT ROWID;\n"
	"CREATE INDEX challenges_expiry ON challenges (site, expires_at);\n"
	"CREATE TRIGGER challenge_comes AFTER INSERT ON challenges BEGIN"
	" INSERT INTO counters VALUES (new.site, 'challenges', 1)"
	" ON CONFLICT (site, name) DO UPDATE SET value = value + 1; END;\n"
	"CREATE TRIGGER challenge_goes AFTER DELETE ON challenges BEGIN"
	" UPDATE counters SET value = value - 1"
	" WHERE site = old.site AND name = 'challenges'; END;\n"

	"CREATE TABLE spent_challenges (\n"
	" -- used or expired, the latest of them\n"
	" id INTEGER PRIMARY KEY,"
	" site TEXT NOT NULL,"
	" challenge TEXT NOT NULL,"
	" made_at INTEGER NOT NULL,"
	" expires_at INTEGER NOT NULL,"
	" used_at INTEGER, -- or revoked; NULL: expired unused\n"
	" used_by INTEGER, -- the exchange; NULL: none\n"
	" UNIQUE (site, challenge));\n"

	"CREATE TABLE used_tokens (\n"
	" -- identifiers of Intune challenges that were used, until they cannot be sent again\n"
	" site TEXT NOT NULL,"
	" identifier TEXT NOT NULL,"
	" expires_at INTEGER NOT NULL,"
	" used_at INTEGER NOT NULL,"
	" used_by INTEGER NOT NULL, -- the exchange; 0: none, it was revoked\n"
	" PRIMARY KEY (site, identifier)) WITHOUT ROWID;\n"
	"CREATE INDEX used_tokens_expiry ON used_tokens (expires_at);\n"

	"CREATE TABLE single_passwords ("
	" site TEXT PRIMARY KEY,"
	" password TEXT NOT NULL) WITHOUT ROWID";

static const char DECISIONS[] =
	"-- a certificate manager's word, while PENDING: issued with the next poll\n"
	"ALTER TABLE transactions ADD COLUMN approved_at INTEGER;\n"

	"CREATE TABLE minted_tokens (\n"
	" -- Intune challenges that were made here; used_tokens knows which of them were used\n"
	" id INTEGER PRIMARY KEY,"
	" site TEXT NOT NULL,"
	" identifier TEXT NOT NULL,"
	" made_at INTEGER NOT NULL,"
	" expires_at INTEGER NOT NULL,"
	" UNIQUE (site, identifier))";

static const char JOURNAL[] = "CREATE TABLE journal (\n"
			      " -- the newest exchanges, in batches; counters know the highest "
			      "number that was ever in here as\n"
			      " -- 'exchange' of the site ''\n"
			      " exchange INTEGER PRIMARY KEY,"
			      " site TEXT NOT NULL,"
			      " arrived_at INTEGER NOT NULL,"
			      " entry TEXT NOT NULL -- the JSON object of journal.jsonl\n"
			      ")";

/*
 * Challenges of before were looked up by themselves. Now no index, whose comparisons end at the first byte
 * that differs, has one in it.
 */
static const char HMACS[] =
	"CREATE TABLE challenge_key (\n"
	" -- of the column hmac, HMAC-SHA-256 of the challenge, by which challenges are looked up\n"
	" key BLOB NOT NULL);\n"
	"INSERT INTO challenge_key VALUES (randomblob(32));\n"

	"ALTER TABLE challenges RENAME TO former_challenges;\n"
	"CREATE TABLE challenges (\n"
	" -- unused and not known to have expired\n"
	" site TEXT NOT NULL,"
	" hmac BLOB NOT NULL,"
	" challenge TEXT NOT NULL,"
	" made_at INTEGER NOT NULL,"
	" expires_at INTEGER NOT NULL,"
	" PRIMARY KEY (site, hmac)) WITHOUT ROWID;\n"
	"INSERT INTO challenges SELECT site, hmac_sha256(key, challenge), challenge, made_at, "
	"expires_at"
	" FROM former_challenges, challenge_key;\n"
	"DROP TABLE former_challenges;\n"
	"CREATE INDEX challenges_expiry ON challenges (site, expires_at);\n"
	"CREATE TRIGGER challenge_comes AFTER INSERT ON challenges BEGIN"
	" INSERT INTO counters VALUES (new.site, 'challenges', 1)"
	" ON CONFLICT (site, name) DO UPDATE SET value = value + 1; END;\n"
	"CREATE TRIGGER challenge_goes AFTER DELETE ON challenges BEGIN"
	" UPDATE counters SET value = value - 1"
	" WHERE site = old.site AND name = 'challenges'; END;\n"

	"ALTER TABLE spent_challenges RENAME TO former_challenges;\n"
	"CREATE TABLE spent_challenges (\n"
	" -- used or expired, the latest of them\n"
	" id INTEGER PRIMARY KEY,"
	" site TEXT NOT NULL,"
	" hmac BLOB NOT NULL,"
	" challenge TEXT NOT NULL,"
	" made_at INTEGER NOT NULL,"
	" expires_at INTEGER NOT NULL,"
	" used_at INTEGER, -- or revoked; NULL: expired unused\n"
	" used_by INTEGER, -- the exchange; NULL: none\n"
	" UNIQUE (site, hmac));\n"
	"INSERT INTO spent_challenges SELECT id, site, hmac_sha256(key, challenge), challenge, "
	"made_at,"
	" expires_at, used_at, used_by FROM former_challenges, challenge_key;\n"
	"DROP TABLE former_challenges";

/* One a version; files of every version are about. */
static const char *const scripts[] = {TABLES, DECISIONS, JOURNAL, HMACS};

static const struct database_schema SCHEMA = {
	.application_id = 0x4e444553, /* "NDES" */
	.version = sizeof(scripts) / sizeof(scripts[0]),
	.scripts = scripts,
};

int
store_open(struct store **out, const char *directory, struct diag *diag)
{
	TEXT_CLEANUP char *file = directory ? text_format("%s/%s", directory, STATE_FILE) : NULL;
	struct store *store = memory_new(1, sizeof(*store));
	int result = DONE;

	store->directory_lock = -1;
	if (directory)
		result = state_directory_lock(&store->directory_lock, directory, diag);
	if (result == DONE && file)
		result = state_directory_make_file(file, diag);
	if (result == DONE)
		result = database_open(&store->database, file, &SCHEMA, diag);
	if (result == DONE)
		*out = store;
	else
		store_close(store);
	return result;
}

int
store_limit_size(struct store *store, int64_t bytes, struct diag *diag)
{
	return database_limit_size(store->database, bytes, diag);
}

void
store_close(struct store *store)
{
	if (!store)
		return;
	database_close(store->database);
	state_directory_unlock(store->directory_lock);
	free(store);
}

uint64_t
store_write_failures(const struct store *store)
{
	return database_write_failures(store->database);
}
