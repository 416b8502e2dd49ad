#include "server/database.h"

#include <inttypes.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "common/algorithm.h"
#include "common/memory.h"
#include "server/database_facts.h"
#include "server/database_trouble.h"
#include "server/database_wal.h"

/* How long a commit waits for somebody who writes with another tool. */
#define BUSY_TIMEOUT_MS 5000

/* SQLite allocates no block beyond 2 GiB; some 800,000 certificates fit. */
#define MEMORY_MAX INT64_C(0x7ff00000)

#define STATEMENTS_MAX 96

struct prepared {
	const char *sql;
	sqlite3_stmt *statement;
};

struct database {
	/* In memory: what its first transaction opens it with; NULL: it is open. */
	const struct database_schema *later;
	int64_t size_max; /* in bytes, in memory */
	sqlite3 *connection;
	const char *object;   /* for the diag */
	pthread_mutex_t lock; /* around a transaction: `connection` and `prepared` */
	struct prepared prepared[STATEMENTS_MAX];
	size_t prepared_count;
	struct database_trouble trouble;
};

/* Says what the latest failure was. BROKEN. */
static int
broken(struct database *database, const char *sql, struct diag *diag)
{
	const char *words = sqlite3_errmsg(database->connection);

	switch (sqlite3_errcode(database->connection)) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		database_trouble_damage(&database->trouble, database->object, words, diag);
		break;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
		database_trouble_write(&database->trouble, database->object, words,
			sqlite3_system_errno(database->connection), diag);
		break;
	default:
		diag_break(diag, database->object, "\"%.60s\" failed: %s", sql, words);
	}
	return BROKEN;
}

uint64_t
database_write_failures(const struct database *database)
{
	return database->trouble.write_failures;
}

/* --- statements ----------------------------------------------------------- */

/* Gives the prepared statement of a text, which is known by its address. */
static int
prepare(sqlite3_stmt **out, struct database *database, const char *sql, struct diag *diag)
{
	struct prepared *next = &database->prepared[database->prepared_count];

	for (size_t i = 0; i < database->prepared_count; i++) {
		if (database->prepared[i].sql == sql) {
			*out = database->prepared[i].statement;
			return DONE;
		}
	}
	if (database->prepared_count == STATEMENTS_MAX) {
		diag_break(diag, database->object, "more than %d statements", STATEMENTS_MAX);
		return BROKEN;
	}
	if (sqlite3_prepare_v3(database->connection, sql, -1, SQLITE_PREPARE_PERSISTENT,
		    &next->statement, NULL) != SQLITE_OK)
		return broken(database, sql, diag);
	next->sql = sql;
	*out = next->statement;
	database->prepared_count++;
	return DONE;
}

/* Views are bound as they are: they outlive the step, and the statement is reset behind it. */
static int
bind(sqlite3_stmt *statement, int index, const struct database_value *value)
{
	const void *data = value->bytes.data ? (const void *)value->bytes.data : "";

	switch (value->type) {
	case DATABASE_NULL:
		return sqlite3_bind_null(statement, index);
	case DATABASE_INTEGER:
		return sqlite3_bind_int64(statement, index, value->integer);
	case DATABASE_TEXT:
		return sqlite3_bind_text64(
			statement, index, data, value->bytes.size, SQLITE_STATIC, SQLITE_UTF8);
	case DATABASE_BLOB:
		return sqlite3_bind_blob64(
			statement, index, data, value->bytes.size, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

static void
fetch(sqlite3_stmt *statement, const struct database_column *columns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const void *data;

		if (columns[i].integer) {
			*columns[i].integer = sqlite3_column_int64(statement, (int)i);
			continue;
		}
		data = sqlite3_column_blob(statement, (int)i);
		buffer_clear(columns[i].bytes);
		buffer_append(columns[i].bytes,
			BYTES(data, (size_t)sqlite3_column_bytes(statement, (int)i)));
	}
}

static int
bind_all(sqlite3_stmt **out, struct database *database, const char *sql,
	const struct database_value *values, size_t count, struct diag *diag)
{
	if (prepare(out, database, sql, diag) != DONE)
		return BROKEN;
	for (size_t i = 0; i < count; i++)
		if (bind(*out, (int)i + 1, &values[i]) != SQLITE_OK)
			return broken(database, sql, diag);
	return DONE;
}

int
database_run(struct database_transaction *transaction, const char *sql,
	const struct database_value *values, size_t value_count, struct diag *diag)
{
	int result = database_read(transaction, sql, values, value_count, NULL, 0, diag);

	return result == DATABASE_ROW ? DONE : result;
}

int
database_read(struct database_transaction *transaction, const char *sql,
	const struct database_value *values, size_t value_count,
	const struct database_column *columns, size_t column_count, struct diag *diag)
{
	struct database *database = transaction->database;
	sqlite3_stmt *statement;
	int step, result = DONE;

	if (bind_all(&statement, database, sql, values, value_count, diag) != DONE)
		return BROKEN;
	step = sqlite3_step(statement);
	if (step == SQLITE_ROW) {
		fetch(statement, columns, column_count);
		result = DATABASE_ROW;
	} else if (step != SQLITE_DONE) {
		result = broken(database, sql, diag);
	}
	sqlite3_reset(statement);
	return result;
}

int
database_each(struct database_transaction *transaction, const char *sql,
	const struct database_value *values, size_t value_count,
	const struct database_column *columns, size_t column_count, void (*each)(void *context),
	void *context, struct diag *diag)
{
	struct database *database = transaction->database;
	sqlite3_stmt *statement;
	int step, result = DONE;

	if (bind_all(&statement, database, sql, values, value_count, diag) != DONE)
		return BROKEN;
	while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		fetch(statement, columns, column_count);
		each(context);
	}
	if (step != SQLITE_DONE)
		result = broken(database, sql, diag);
	sqlite3_reset(statement);
	return result;
}

int64_t
database_changes(const struct database_transaction *transaction)
{
	return sqlite3_changes64(transaction->database->connection);
}

int64_t
database_row_id(const struct database_transaction *transaction)
{
	return sqlite3_last_insert_rowid(transaction->database->connection);
}

/* --- transactions ---------------------------------------------------------- */

static const char BEGIN[] = "BEGIN IMMEDIATE";
static const char COMMIT[] = "COMMIT";
static const char ROLLBACK[] = "ROLLBACK";

static int open_memory(struct database *database, struct diag *diag);

int
database_begin(struct database_transaction *out, struct database *database, struct diag *diag)
{
	pthread_mutex_lock(&database->lock);
	out->database = database;
	if ((!database->later || open_memory(database, diag) == DONE) &&
		database_run(out, BEGIN, NULL, 0, diag) == DONE)
		return DONE;
	out->database = NULL;
	pthread_mutex_unlock(&database->lock);
	return BROKEN;
}

int
database_commit(struct database_transaction *transaction, struct diag *diag)
{
	struct database *database = transaction->database;

	if (database_run(transaction, COMMIT, NULL, 0, diag) != DONE) {
		database_rollback(transaction);
		return BROKEN;
	}
	transaction->database = NULL;
	pthread_mutex_unlock(&database->lock);
	return DONE;
}

void
database_rollback(struct database_transaction *transaction)
{
	struct database *database = transaction->database;

	if (!database)
		return;
	/* Some failures have rolled back already. */
	if (!sqlite3_get_autocommit(database->connection))
		database_run(transaction, ROLLBACK, NULL, 0, NULL);
	transaction->database = NULL;
	pthread_mutex_unlock(&database->lock);
}

/* --- opening ----------------------------------------------------------------- */

static int
run_script(struct database *database, const char *sql, struct diag *diag)
{
	if (sqlite3_exec(database->connection, sql, NULL, NULL, NULL) != SQLITE_OK)
		return broken(database, sql, diag);
	return DONE;
}

static int
upgrade(struct database *database, const struct database_schema *schema, int64_t version,
	struct diag *diag)
{
	BUFFER_CLEANUP struct buffer script = {0};

	if (version == schema->version)
		return DONE;
	database_facts_script(&script, version, schema);
	return run_script(database, buffer_text(&script), diag);
}

static struct database *
new_database(const char *object)
{
	struct database *database = memory_new(1, sizeof(*database));

	database->object = object;
	pthread_mutex_init(&database->lock, NULL);
	return database;
}

static void
hmac_sha256(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct bytes key =
		BYTES(sqlite3_value_blob(values[0]), (size_t)sqlite3_value_bytes(values[0]));
	struct bytes text =
		BYTES(sqlite3_value_blob(values[1]), (size_t)sqlite3_value_bytes(values[1]));
	const struct digest_algorithm *digest = algorithm_digest_named("SHA-256");
	uint8_t hmac[EVP_MAX_MD_SIZE];

	(void)count;
	if (algorithm_hmac_bytes(hmac, digest, key, text, NULL) == DONE)
		sqlite3_result_blob(context, hmac, (int)digest->size, SQLITE_TRANSIENT);
	else
		sqlite3_result_error(context, "the HMAC cannot be calculated", -1);
}

static int
connect_to(struct database *database, const char *path, struct diag *diag)
{
	if (sqlite3_open_v2(path ? path : "state", &database->connection,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		    path ? NULL : "memdb") != SQLITE_OK ||
		sqlite3_create_function_v2(database->connection, "hmac_sha256", 2,
			SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, hmac_sha256,
			NULL, NULL, NULL) != SQLITE_OK)
		return diag_break(diag, database->object, "it cannot be opened: %s",
			sqlite3_errmsg(database->connection));
	sqlite3_busy_timeout(database->connection, BUSY_TIMEOUT_MS);
	return DONE;
}

/*
 * Inspects a file by a connection of its own that leaves everything as it was: without an index of the
 * WAL beside it, unless somebody has it open or has crashed; and a WAL that a crash has left is not
 * written into the file, which may be damaged, at the close. Gives its version, 0 when nothing is in it.
 */
static int
inspect(int64_t *version, const char *path, const struct database_schema *schema, struct diag *diag)
{
	bool indexed = database_facts_size_beside(path, "-shm") >= 0,
	     logged = database_facts_size_beside(path, "-wal") > 0;
	DATABASE_FACTS_CLEANUP struct database_facts facts = {0};
	struct database *database = new_database("state file");
	int result = connect_to(database, path, diag);

	if (result == DONE && !indexed)
		result = run_script(database, "PRAGMA locking_mode = EXCLUSIVE", diag);
	if (result == DONE && logged)
		sqlite3_db_config(database->connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (result == DONE && database_facts_read(&facts, database) != DONE)
		result = database_facts_refuse(path,
			sqlite3_errcode(database->connection) == SQLITE_BUSY,
			sqlite3_errmsg(database->connection), diag);
	else if (result == DONE)
		result = database_facts_check(&facts, path, schema, diag);
	*version = facts.version;
	database_close(database);
	return result;
}

static int
open_file(struct database *database, const char *path, const struct database_schema *schema,
	struct diag *diag)
{
	int64_t version = 0;

	if (database_wal_check(path, diag) != DONE || inspect(&version, path, schema, diag) != DONE)
		return REFUSED;
	if (connect_to(database, path, diag) != DONE ||
		run_script(database,
			"PRAGMA temp_store = MEMORY; PRAGMA journal_mode = WAL; PRAGMA synchronous "
			"= NORMAL",
			diag) != DONE)
		return BROKEN;
	return upgrade(database, schema, version, diag);
}

int
database_limit_size(struct database *database, int64_t bytes, struct diag *diag)
{
	struct database_transaction all = {database}; /* nobody else has it yet */
	TEXT_CLEANUP char *script = NULL;
	int64_t page_size;

	database->size_max = bytes;
	if (database->later)
		return DONE;
	if (database_read(&all, "PRAGMA page_size", NULL, 0, COLUMNS({.integer = &page_size}),
		    diag) != DATABASE_ROW)
		return BROKEN;
	script = text_format("PRAGMA max_page_count = %" PRId64, bytes / page_size);
	return run_script(database, script, diag);
}

/*
 * SQLite's file system in memory rather than its ":memory:": that one keeps all pages in the page
 * cache, which it walks through at some commits, so that they cost more the more certificates there
 * are.
 */
static int
open_memory(struct database *database, struct diag *diag)
{
	sqlite3_int64 limit = database->size_max;

	if (connect_to(database, NULL, diag) == DONE &&
		(sqlite3_file_control(database->connection, "main", SQLITE_FCNTL_SIZE_LIMIT,
			 &limit) == SQLITE_OK ||
			broken(database, "SIZE_LIMIT", diag) == DONE) &&
		run_script(database, "PRAGMA temp_store = MEMORY; PRAGMA locking_mode = EXCLUSIVE",
			diag) == DONE &&
		upgrade(database, database->later, 0, diag) == DONE) {
		database->later = NULL;
		return DONE;
	}
	sqlite3_close(database->connection);
	database->connection = NULL;
	return BROKEN;
}

int
database_open(struct database **out, const char *path, const struct database_schema *schema,
	struct diag *diag)
{
	struct database *database = new_database(path ? "state file" : "state in memory");
	int result = DONE;

	database->size_max = MEMORY_MAX;
	if (path)
		result = open_file(database, path, schema, diag);
	else
		database->later = schema;
	if (result == DONE) {
		database->trouble.open = true;
		*out = database;
	} else {
		database_close(database);
	}
	return result;
}

void
database_close(struct database *database)
{
	if (!database)
		return;
	for (size_t i = 0; i < database->prepared_count; i++)
		sqlite3_finalize(database->prepared[i].statement);
	sqlite3_close(database->connection);
	pthread_mutex_destroy(&database->lock);
	free(database);
}
