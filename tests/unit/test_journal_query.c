/* Pages of exchanges, and counts of what has come since. */
#include <check.h>

#include "journal_support.h"
#include "server/journal_query.h"
#include "tests/run_suite.h"

#define EXCHANGES 150 /* more than are held at a time */

static struct exchange_support support;
static struct journal *journal;
static struct journal_filter posts;

static void
setup(void)
{
	exchange_support_init(&support);
	journal = journal_support_open(1000, 0);
	posts = (struct journal_filter){0};
	ck_assert_int_eq(journal_filter_add(&posts, "method", "POST", NULL), DONE);
}

static void
teardown(void)
{
	journal_filter_done(&posts);
	journal_close(journal);
	exchange_support_done(&support);
}

/* Every third is a POST. */
static void
fill(void)
{
	for (uint64_t i = 1; i <= EXCHANGES; i++) {
		support.http.request.method = i % 3 ? "GET" : "POST";
		journal_support_put(journal, &support, i);
	}
}

START_TEST(pages_newest_first)
{
	struct journal_query query = {.filter = &posts, .limit = 20};
	uint64_t expected = EXCHANGES;
	struct journal_page page;

	fill();
	for (unsigned turn = 0; turn < 3; turn++) {
		journal_query_run(&page, journal, &query);
		ck_assert_uint_eq(page.total, EXCHANGES / 3);
		ck_assert_uint_eq(page.count, turn < 2 ? 20 : 10);
		for (size_t i = 0; i < page.count; i++, expected -= 3)
			ck_assert_uint_eq(journal_record_number(page.records[i]), expected);
		ck_assert_uint_eq(page.totals.exchanges, EXCHANGES + turn);
		ck_assert_uint_eq(page.next, turn < 2 ? expected + 3 : 0);
		query.before = page.next;
		/* What comes meanwhile moves no page. */
		support.http.request.method = "GET";
		journal_support_put(journal, &support, 1000 + turn);
		journal_page_done(&page);
	}
}
END_TEST

START_TEST(gives_everything)
{
	struct journal_query query = {.limit = 1000};
	struct journal_page page;

	fill();
	journal_query_run(&page, journal, &query);
	ck_assert_uint_eq(page.count, EXCHANGES);
	ck_assert_uint_eq(page.next, 0);
	journal_page_done(&page);
	query.limit = 0;
	journal_query_run(&page, journal, &query);
	ck_assert_uint_eq(page.count, 0);
	ck_assert_uint_eq(page.total, EXCHANGES);
	journal_page_done(&page);
}
END_TEST

START_TEST(counts_arrivals_and_completions)
{
	uint64_t since;

	fill();
	ck_assert_uint_eq(journal_count(journal, &posts, JOURNAL_AT_ARRIVAL, 0), EXCHANGES / 3);
	since = journal_moment(journal);
	ck_assert_uint_eq(journal_count(journal, NULL, JOURNAL_AT_ARRIVAL, since), 0);
	support.http.request.method = "POST";
	journal_support_arrive(journal, &support, 1000);
	ck_assert_uint_eq(journal_count(journal, &posts, JOURNAL_AT_ARRIVAL, since), 1);
	ck_assert_uint_eq(journal_count(journal, &posts, JOURNAL_AT_COMPLETION, since), 0);
	since = journal_moment(journal);
	journal_support_end(journal, &support, 1000);
	ck_assert_uint_eq(journal_count(journal, &posts, JOURNAL_AT_ARRIVAL, since), 0);
	ck_assert_uint_eq(journal_count(journal, &posts, JOURNAL_AT_COMPLETION, since), 1);
}
END_TEST

START_TEST(keeps_none_when_told)
{
	struct journal_query query = {.limit = 10};
	struct journal_page page;

	journal_close(journal);
	journal = journal_support_open(0, 0);
	journal_support_put(journal, &support, 1);
	journal_query_run(&page, journal, &query);
	ck_assert_uint_eq(page.count, 0);
	ck_assert_uint_eq(page.totals.exchanges, 0);
	journal_page_done(&page);
	ck_assert_uint_eq(journal_count(journal, NULL, JOURNAL_AT_COMPLETION, 0), 0);
	ck_assert_uint_eq(journal_moment(journal), 0);
	journal_clear(journal, NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("journal_query");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, pages_newest_first);
	tcase_add_test(all, gives_everything);
	tcase_add_test(all, counts_arrivals_and_completions);
	tcase_add_test(all, keeps_none_when_told);
	return run_suite(suite);
}
