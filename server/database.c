#include "server/database.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "server/operator_log.h"

/* How long a commit waits for somebody who writes with another tool. */
#define BUSY_TIMEOUT_MS 5000

/* SQLite allocates no block beyond 2 GiB; some 800,000 certificates fit. */
#define MEMORY_MAX INT64_C(0x7ff00000)

#define STATEMENTS_MAX 96

/* So long without a failed write make the next one worth telling. */
#define SILENCE_NS (INT64_C(60) * 1000000000)

struct prepared {
	const char *sql;
	sqlite3_stmt *statement;
};

struct database {
	const struct database_schema *schema;
	sqlite3 *connection;  /* in memory: NULL until the first transaction */
	const char *object;   /* for the diag */
	pthread_mutex_t lock; /* around a transaction: `connection` and `prepared` */
	struct prepared prepared[STATEMENTS_MAX];
	size_t prepared_count;
	_Atomic uint64_t write_failures;
	int64_t failed_ns; /* when a write failed last */
};

/* Whether the latest failure is the disk's. */
static bool
was_not_written(const struct database *database)
{
	switch (sqlite3_errcode(database->connection)) {
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
		return true;
	default:
		return false;
	}
}

/* Counts a failed write, and tells the operator of the first in a while: at the edge, small writes
 * still succeed between those that fail. */
static void
count_failure(struct database *database)
{
	int64_t now = clock_monotonic_ns();
	bool told = database->write_failures++ > 0 && now - database->failed_ns < SILENCE_NS;
	int error = sqlite3_system_errno(database->connection);
	struct diag diag = {0};

	database->failed_ns = now;
	if (told)
		return;
	diag_refuse(&diag, database->object, NULL,
		"room; until there is some, requests are refused as by a CA whose disk is full",
		"it cannot be written: %s%s%s", sqlite3_errmsg(database->connection),
		error ? ": " : "", error ? strerror(error) : "");
	operator_log_diag(&diag);
}

static int
broken(struct database *database, const char *sql, struct diag *diag)
{
	const char *words = sqlite3_errmsg(database->connection);

	if (!was_not_written(database))
		return diag_break(diag, database->object, "\"%.60s\" failed: %s", sql, words);
	diag_break(diag, database->object,
		"it cannot be written: %s; nothing was changed: make room, then try again", words);
	if (diag)
		diag->not_written = true;
	count_failure(database);
	return BROKEN;
}

uint64_t
database_write_failures(const struct database *database)
{
	return database->write_failures;
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
	if (database->prepared_count == STATEMENTS_MAX)
		return diag_break(
			diag, database->object, "more than %d statements", STATEMENTS_MAX);
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

static int connect_memory(struct database *database, struct diag *diag);

int
database_begin(struct database_transaction *out, struct database *database, struct diag *diag)
{
	int result = DONE;

	pthread_mutex_lock(&database->lock);
	out->database = database;
	if (!database->connection)
		result = connect_memory(database, diag);
	if (result == DONE && database_run(out, BEGIN, NULL, 0, diag) == DONE)
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
upgrade(struct database *database, int64_t version, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer script = {0};

	if (version == database->schema->version)
		return DONE;
	database_schema_script(&script, database->schema, version);
	return run_script(database, buffer_text(&script), diag);
}

static int
read_facts(struct database_facts *out, struct database *database)
{
	struct database_transaction all = {database}; /* nobody else has it yet */

	if (database_read(&all, "SELECT count(*) FROM sqlite_master", NULL, 0,
		    COLUMNS({.integer = &out->objects}), NULL) != DATABASE_ROW ||
		database_read(&all, "PRAGMA application_id", NULL, 0,
			COLUMNS({.integer = &out->application_id}), NULL) != DATABASE_ROW ||
		database_read(&all, "PRAGMA user_version", NULL, 0,
			COLUMNS({.integer = &out->version}), NULL) != DATABASE_ROW ||
		database_read(&all, "PRAGMA quick_check(1)", NULL, 0,
			COLUMNS({.bytes = &out->check}), NULL) != DATABASE_ROW)
		return BROKEN;
	return DONE;
}

/* Looks at a file without changing it. Gives its version, 0 when nothing is in it yet. */
static int
inspect(int64_t *version, struct database *database, const char *path, struct diag *diag)
{
	DATABASE_FACTS_CLEANUP struct database_facts facts = {0};
	int result = read_facts(&facts, database);

	if (result != DONE && sqlite3_errcode(database->connection) == SQLITE_BUSY)
		return diag_refuse(diag, database->object, NULL,
			"that the other program ends first", "%s is locked by another program",
			path);
	if (result != DONE)
		return diag_refuse(diag, database->object, NULL,
			"a database of mock-ndes; move the file away to begin with a new one",
			"%s cannot be read: %s", path, sqlite3_errmsg(database->connection));
	*version = facts.version;
	return database_schema_judge(database->schema, &facts, database->object, path, diag);
}

/* A close without this would write a WAL left by a crash into the file, damaged or not. */
static void
checkpoint_on_close(struct database *database, bool yes)
{
	sqlite3_db_config(
		database->connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, yes ? 0 : 1, NULL);
}

static int
open_file(struct database *database, const char *path, struct diag *diag)
{
	int64_t version = 0;
	int result;

	checkpoint_on_close(database, false);
	result = inspect(&version, database, path, diag);
	if (result != DONE)
		return result;
	if (run_script(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", diag))
		return BROKEN;
	checkpoint_on_close(database, true);
	return upgrade(database, version, diag);
}

/*
 * SQLite's file system in memory rather than its ":memory:": that one keeps all pages in the page
 * cache, which it walks through at some commits, so that they cost more the more certificates there
 * are.
 */
static int
open_memory(struct database *database, struct diag *diag)
{
	sqlite3_int64 limit = MEMORY_MAX;

	if (sqlite3_file_control(database->connection, "main", SQLITE_FCNTL_SIZE_LIMIT, &limit) !=
		SQLITE_OK)
		return broken(database, "SIZE_LIMIT", diag);
	if (run_script(database, "PRAGMA locking_mode = EXCLUSIVE", diag) != DONE)
		return BROKEN;
	return upgrade(database, 0, diag);
}

static int
connect(struct database *database, const char *path, struct diag *diag)
{
	if (sqlite3_open_v2(path ? path : "state", &database->connection,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		    path ? NULL : "memdb") != SQLITE_OK)
		return diag_break(diag, database->object, "it cannot be opened: %s",
			sqlite3_errmsg(database->connection));
	sqlite3_busy_timeout(database->connection, BUSY_TIMEOUT_MS);
	return path ? open_file(database, path, diag) : open_memory(database, diag);
}

static int
connect_memory(struct database *database, struct diag *diag)
{
	int result = connect(database, NULL, diag);

	if (result == DONE)
		return DONE;
	sqlite3_close(database->connection);
	database->connection = NULL;
	return BROKEN;
}

int
database_open(struct database **out, const char *path, const struct database_schema *schema,
	struct diag *diag)
{
	struct database *database;
	int result = DONE;

	database = memory_new(1, sizeof(*database));
	database->object = path ? "state file" : "state in memory";
	database->schema = schema;
	pthread_mutex_init(&database->lock, NULL);
	if (path)
		result = connect(database, path, diag);
	if (result == DONE)
		*out = database;
	else
		database_close(database);
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
