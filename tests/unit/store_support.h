/*
 * What the tests of the store share: certificates that need no CA, and another
 * program's view of the state file.
 */
#pragma once

#include "server/store.h"
#include "temporary_directory.h"
#include "x509_support.h"

static inline void
temporary_directory_removep(char **directory)
{
	temporary_directory_remove(*directory);
}

#define DIRECTORY_CLEANUP __attribute__((cleanup(temporary_directory_removep)))

static inline void
store_closep(struct store **store)
{
	store_close(*store);
}

#define STORE_CLEANUP __attribute__((cleanup(store_closep)))

/* Opens a store; fails with its words when it cannot. */
struct store *support_open(const char *directory);

/* Makes a certificate with this serial number; its DER is as long as a usual one, and no DER. */
void support_certificate(struct certificate *out, uint32_t number, struct bytes serial);

/* Draws a request number and issues a certificate of 19 octets of serial under transaction
 * "transaction-NUMBER"; gives the number. BROKEN as the store says. */
int support_issue(uint32_t *number, struct store *store, const char *site, struct diag *diag);

/* Makes the state file of a directory from the SQL in a file of tests/unit. */
void support_make_state(const char *directory, const char *file);

/* Appends what Python's sqlite3 answers to a statement on the state file: rows joined by "\n",
 * columns by "|". */
void support_query(struct buffer *out, const char *directory, const char *sql);
