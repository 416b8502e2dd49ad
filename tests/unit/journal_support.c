#include "journal_support.h"

#include <check.h>
#include <string.h>

struct journal *
journal_support_open(size_t exchanges, size_t bytes)
{
	const struct journal_plan plan = {
		.exchanges = exchanges, .bytes = bytes ? bytes : 64 << 20};
	struct journal *journal = NULL;

	ck_assert_int_eq(journal_open(&journal, &plan, NULL), DONE);
	return journal;
}

void
journal_support_arrive(struct journal *journal, struct exchange_support *support, uint64_t number)
{
	support->exchange.number = number;
	journal_arrive(journal, &support->exchange);
}

void
journal_support_end(struct journal *journal, struct exchange_support *support, uint64_t number)
{
	support->exchange.number = number;
	ck_assert_int_eq(journal_write(journal, &support->exchange, NULL), DONE);
	journal_record_release(support->exchange.record);
	support->exchange.record = NULL;
}

void
journal_support_put(struct journal *journal, struct exchange_support *support, uint64_t number)
{
	journal_support_arrive(journal, support, number);
	journal_support_end(journal, support, number);
}

void
journal_support_assert_field(
	const struct journal_record *record, enum journal_field field, const char *wanted)
{
	struct bytes found = journal_record_field(record, field);

	if (!wanted)
		ck_assert_msg(!found.data, "%s is %.*s", journal_field_row(field)->name,
			(int)found.size, (const char *)found.data);
	else
		ck_assert_msg(found.data && bytes_equal(found, bytes_text(wanted)),
			"%s is %.*s, not %s", journal_field_row(field)->name, (int)found.size,
			found.data ? (const char *)found.data : "", wanted);
}
