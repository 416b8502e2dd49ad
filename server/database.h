/*
 * SQLite behind a small typed interface, and its only includer.
 *
 * One connection that all threads share: a transaction holds its lock from begin
 * to commit, and everything else happens within one. A statement is the text of
 * its SQL, prepared when it is first used and kept; values go in and columns
 * come out by tables of typed members, so that nothing of SQLite is seen.
 */
#pragma once

#include <stdbool.h>

#include "common/buffer.h"
#include "common/diag.h"

struct database;

/* What a program's database looks like, so that no other file is taken for one. */
struct database_schema {
	int64_t application_id; /* PRAGMA application_id */
	int64_t version;        /* PRAGMA user_version; a file of a newer one is refused */
	/* `version` of them: the first makes the tables in an empty database, and each brings a
	 * database of the version before to its own. */
	const char *const *scripts;
};

/*
 * Opens the database in memory when `path` is NULL (at its first transaction, as many a server issues
 * nothing), or in a file, which is there, if empty: then in
 * WAL mode, with each commit safe from the end of the process. A file of an older
 * version is brought to the schema's. DONE; REFUSED, with the file as it was, when it is damaged, of a
 * newer version, or not of this schema; BROKEN.
 */
int database_open(struct database **out, const char *path, const struct database_schema *schema,
	struct diag *diag);

/* Has it become no larger than so many bytes, or than it is: as on a disk that is full. Before others use
 * it. DONE or BROKEN. */
int database_limit_size(struct database *database, int64_t bytes, struct diag *diag);

void database_close(struct database *database);

/*
 * Returns how often the disk, or the memory that stands for it, did not take what was to be written.
 * Such a failure marks the diag (not_written), leaves the database as it was before the transaction,
 * and is told to the operator once, and again after a minute without one. From any thread.
 */
uint64_t database_write_failures(const struct database *database);

/* --- transactions -------------------------------------------------------- */

struct database_transaction {
	struct database *database; /* NULL: not open */
};

/* A transaction that is undone unless it was committed when its name goes out of scope. */
#define DATABASE_TRANSACTION __attribute__((cleanup(database_rollback)))

/* Waits for the lock and begins. DONE or BROKEN. */
int database_begin(struct database_transaction *out, struct database *database, struct diag *diag);

/* Makes what was done lasting and lets the lock go. DONE or BROKEN, then with nothing done. */
int database_commit(struct database_transaction *transaction, struct diag *diag);

/* Undoes and lets the lock go, unless it was committed. */
void database_rollback(struct database_transaction *transaction);

/* --- statements ----------------------------------------------------------- */

enum database_type {
	DATABASE_NULL,
	DATABASE_INTEGER,
	DATABASE_TEXT,
	DATABASE_BLOB,
};

/* What stands for ?1, ?2, ... */
struct database_value {
	enum database_type type;
	int64_t integer;
	struct bytes bytes;
};

static inline struct database_value
value_null(void)
{
	return (struct database_value){.type = DATABASE_NULL};
}

static inline struct database_value
value_integer(int64_t integer)
{
	return (struct database_value){.type = DATABASE_INTEGER, .integer = integer};
}

static inline struct database_value
value_text(const char *text)
{
	return (struct database_value){.type = DATABASE_TEXT, .bytes = bytes_text(text)};
}

static inline struct database_value
value_text_bytes(struct bytes text)
{
	return (struct database_value){.type = DATABASE_TEXT, .bytes = text};
}

/* No bytes are NULL. */
static inline struct database_value
value_blob(struct bytes bytes)
{
	return (struct database_value){
		.type = bytes.size ? DATABASE_BLOB : DATABASE_NULL, .bytes = bytes};
}

/* Where a column of the result goes; exactly one is set. NULL in the table gives 0 or no bytes. */
struct database_column {
	int64_t *integer;
	struct buffer *bytes; /* what it held is replaced */
};

#define VALUES(...)                                                                                \
	(const struct database_value[]){__VA_ARGS__},                                              \
		sizeof((const struct database_value[]){__VA_ARGS__}) /                             \
		sizeof(struct database_value)

#define COLUMNS(...)                                                                               \
	(const struct database_column[]){__VA_ARGS__},                                             \
		sizeof((const struct database_column[]){__VA_ARGS__}) /                            \
		sizeof(struct database_column)

/* Of database_read: there is a row, and the columns hold it. */
#define DATABASE_ROW 2

/*
 * Statements may use hmac_sha256(KEY, TEXT), a blob: what is looked up by it is found without a comparison
 * whose time tells how much of a guess was right.
 */

/* Runs a statement that gives no rows. `sql` lives for ever. DONE or BROKEN. */
int database_run(struct database_transaction *transaction, const char *sql,
	const struct database_value *values, size_t value_count, struct diag *diag);

/* Runs a statement for its first row. DATABASE_ROW; DONE: there is none; BROKEN. */
int database_read(struct database_transaction *transaction, const char *sql,
	const struct database_value *values, size_t value_count,
	const struct database_column *columns, size_t column_count, struct diag *diag);

/* Runs a statement and calls `each` for every row, after it was put into the columns. DONE, BROKEN. */
int database_each(struct database_transaction *transaction, const char *sql,
	const struct database_value *values, size_t value_count,
	const struct database_column *columns, size_t column_count, void (*each)(void *context),
	void *context, struct diag *diag);

/* Returns how many rows the latest INSERT, UPDATE or DELETE touched. */
int64_t database_changes(const struct database_transaction *transaction);

/* Returns the number of the row that the latest INSERT into a table with row numbers made. Cheaper than
 * RETURNING, for which SQLite opens a table in passing. */
int64_t database_row_id(const struct database_transaction *transaction);
