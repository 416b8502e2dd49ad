/* The ring: its order, its bounds, what it forgets. */
#include <check.h>

#include "journal_support.h"
#include "tests/run_suite.h"

#define BYTES_MAX ((size_t)1 << 30)

static struct exchange_support support;
static struct journal_ring *ring;

static void
setup(void)
{
	exchange_support_init(&support);
	ring = journal_ring_new(100, BYTES_MAX);
}

static void
teardown(void)
{
	journal_ring_free(ring);
	exchange_support_done(&support);
}

/* Puts a record with this number into the ring; the caller releases it. */
static struct journal_record *
add(uint64_t number)
{
	struct journal_record *record;

	support.exchange.number = number;
	record = journal_record_new(&support.exchange);
	journal_ring_add(ring, record);
	return record;
}

static void
add_and_release(uint64_t number)
{
	journal_record_release(add(number));
}

/* Fails unless these are the numbers in the ring, newest first, ended by 0. */
static void
assert_numbers(const uint64_t *wanted)
{
	struct journal_record *records[256];
	size_t count = journal_ring_hold_before(ring, records, 256, UINT64_MAX);

	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_eq(journal_record_number(records[i]), wanted[i]);
		journal_record_release(records[i]);
	}
	ck_assert_uint_eq(wanted[count], 0);
	ck_assert_uint_eq(journal_ring_totals(ring).exchanges, count);
}

#define NUMBERS(...) ((const uint64_t[]){__VA_ARGS__, 0})

START_TEST(orders_by_number)
{
	static const uint64_t arrivals[] = {3, 1, 2, 9, 5, 4};
	struct journal_record *record;

	for (size_t i = 0; i < 6; i++)
		add_and_release(arrivals[i]);
	assert_numbers(NUMBERS(9, 5, 4, 3, 2, 1));
	record = journal_ring_hold(ring, 5);
	ck_assert_uint_eq(journal_record_arrival(record), 5);
	journal_record_release(record);
	ck_assert_ptr_null(journal_ring_hold(ring, 6));
	ck_assert_uint_eq(journal_ring_moment(ring), 6);
}
END_TEST

START_TEST(gives_some_at_a_time)
{
	struct journal_record *records[2];

	for (uint64_t i = 1; i <= 5; i++)
		add_and_release(i);
	ck_assert_uint_eq(journal_ring_hold_before(ring, records, 2, 4), 2);
	ck_assert_uint_eq(journal_record_number(records[0]), 3);
	ck_assert_uint_eq(journal_record_number(records[1]), 2);
	journal_record_release(records[0]);
	journal_record_release(records[1]);
	ck_assert_uint_eq(journal_ring_hold_before(ring, records, 2, 1), 0);
}
END_TEST

START_TEST(drops_the_oldest)
{
	for (uint64_t i = 1; i <= 250; i++)
		add_and_release(i);
	ck_assert_uint_eq(journal_ring_totals(ring).exchanges, 100);
	ck_assert_uint_eq(journal_ring_totals(ring).dropped_exchanges, 150);
	ck_assert_uint_eq(journal_ring_totals(ring).dropped_bytes,
		journal_ring_totals(ring).bytes / 100 * 150);
	ck_assert_ptr_null(journal_ring_hold(ring, 150));
	/* It began before all of them, and is the oldest now that it has arrived. */
	add_and_release(7);
	ck_assert_ptr_null(journal_ring_hold(ring, 7));
	ck_assert_uint_eq(journal_ring_totals(ring).exchanges, 100);
}
END_TEST

START_TEST(keeps_within_its_bytes)
{
	struct journal_record *record;
	size_t size;

	record = add(1);
	size = journal_record_size(record);
	journal_record_release(record);
	journal_ring_free(ring);
	ring = journal_ring_new(100, 3 * size);
	for (uint64_t i = 1; i <= 3; i++)
		add_and_release(i);
	record = add(4);
	assert_numbers(NUMBERS(4, 3, 2));
	/* What is complete takes more. */
	journal_record_complete(record, &support.exchange, bytes_text("{}"), JOURNAL_RAW_MAX);
	ck_assert_uint_gt(journal_record_size(record), size);
	ck_assert(journal_ring_complete(ring, record));
	ck_assert_uint_le(journal_ring_totals(ring).bytes, 3 * size);
	journal_record_release(record);
}
END_TEST

START_TEST(forgets_what_is_under_way)
{
	struct journal_record *record = add(1), *other;
	static char name[] = "lab";

	support.site.name = name;
	other = add(2);
	add_and_release(3);
	journal_ring_clear(ring, "lab");
	assert_numbers(NUMBERS(1));
	ck_assert_uint_eq(journal_ring_totals(ring).bytes, journal_record_size(record));
	journal_record_complete(other, &support.exchange, bytes_text("{}"), JOURNAL_RAW_MAX);
	ck_assert(!journal_ring_complete(ring, other));
	assert_numbers(NUMBERS(1));
	journal_ring_clear(ring, NULL);
	ck_assert_uint_eq(journal_ring_totals(ring).exchanges, 0);
	ck_assert_uint_eq(journal_ring_totals(ring).bytes, 0);
	ck_assert_uint_eq(journal_ring_totals(ring).dropped_exchanges, 0);
	/* Whoever holds one may read on. */
	journal_support_assert_field(record, JOURNAL_SITE, "default");
	journal_record_release(record);
	journal_record_release(other);
}
END_TEST

/* The circle has turned before it grows. */
START_TEST(grows_while_it_turns)
{
	journal_ring_free(ring);
	ring = journal_ring_new(1000, BYTES_MAX);
	for (uint64_t i = 1; i <= 60; i++)
		add_and_release(i);
	journal_ring_clear(ring, NULL);
	for (uint64_t i = 61; i <= 700; i++)
		add_and_release(i);
	for (uint64_t i = 61; i <= 700; i++) {
		struct journal_record *record = journal_ring_hold(ring, i);

		ck_assert_ptr_nonnull(record);
		journal_record_release(record);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("journal_ring");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, orders_by_number);
	tcase_add_test(all, gives_some_at_a_time);
	tcase_add_test(all, drops_the_oldest);
	tcase_add_test(all, keeps_within_its_bytes);
	tcase_add_test(all, forgets_what_is_under_way);
	tcase_add_test(all, grows_while_it_turns);
	return run_suite(suite);
}
