/*
 * Hand-made exchanges in a journal, one field of which a test changes at a time.
 */
#pragma once

#include "exchange_support.h"
#include "server/journal.h"

/* Opens a journal in memory alone for so many exchanges and bytes; 0 bytes: 64 MiB. */
struct journal *journal_support_open(size_t exchanges, size_t bytes);

/* Has an exchange of this number arrive; it stays in support->exchange.record. */
void journal_support_arrive(
	struct journal *journal, struct exchange_support *support, uint64_t number);

/* Has the exchange end that has arrived, or one of this number that has not. */
void journal_support_end(
	struct journal *journal, struct exchange_support *support, uint64_t number);

/* Both. */
void journal_support_put(
	struct journal *journal, struct exchange_support *support, uint64_t number);

/* Fails unless a field has this text; NULL: none. */
void journal_support_assert_field(
	const struct journal_record *record, enum journal_field field, const char *wanted);
