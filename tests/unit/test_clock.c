/* The clock that tests stop, set and move on; dates held against strftime and timegm of libc. */
#include <check.h>
#include <string.h>

#include "common/clock.h"
#include "tests/run_suite.h"

#define NOW_MS INT64_C(1700000000123)

/* Not time(): that may be some milliseconds behind this one, and then a second. */
static int64_t
real_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

START_TEST(follows_the_real_time)
{
	struct clock clock = {0};
	int64_t before = real_seconds(), now = clock_now(&clock), now_ms = clock_now_ms(&clock);

	ck_assert_int_ge(now, before);
	ck_assert_int_ge(now_ms / 1000, now);
	ck_assert_int_le(now_ms / 1000, real_seconds());
}
END_TEST

START_TEST(moves_while_it_runs)
{
	struct clock clock = {0};
	int64_t real = clock_now(&clock);

	clock_advance(&clock, 40 * INT64_C(86400000));
	ck_assert_int_ge(clock_now(&clock), real + 40 * CLOCK_DAY_SECONDS);
	ck_assert_int_le(clock_now(&clock), real_seconds() + 40 * CLOCK_DAY_SECONDS);
	clock_advance(&clock, -80 * INT64_C(86400000));
	ck_assert_int_le(clock_now(&clock), real_seconds() - 40 * CLOCK_DAY_SECONDS);
}
END_TEST

START_TEST(stands_and_is_moved)
{
	struct clock clock = {0};

	clock_freeze(&clock, NOW_MS);
	ck_assert_int_eq(clock_now_ms(&clock), NOW_MS);
	ck_assert_int_eq(clock_now(&clock), 1700000000);
	clock_advance(&clock, 1877);
	ck_assert_int_eq(clock_now_ms(&clock), NOW_MS + 1877);
	clock_advance(&clock, -1877);
	ck_assert_int_eq(clock_now_ms(&clock), NOW_MS);
	clock_freeze(&clock, -1);
	ck_assert_int_eq(clock_now(&clock), -1);
}
END_TEST

START_TEST(is_set_and_runs_on)
{
	struct clock clock = {0};

	clock_set(&clock, NOW_MS);
	ck_assert_int_ge(clock_now_ms(&clock), NOW_MS);
	ck_assert_int_lt(clock_now_ms(&clock), NOW_MS + 60000);
	clock_freeze(&clock, NOW_MS - 7200000);
	clock_run(&clock);
	ck_assert_int_ge(clock_now_ms(&clock), NOW_MS - 7200000);
	ck_assert_int_lt(clock_now_ms(&clock), NOW_MS - 7140000);
	clock_freeze(&clock, NOW_MS);
	clock_set(&clock, NOW_MS + 5);
	ck_assert_int_eq(clock_now_ms(&clock), NOW_MS + 5);
	clock_reset(&clock);
	ck_assert_int_ge(clock_now_ms(&clock) / 1000, real_seconds() - 1);
	/* What runs is not moved by being told to. */
	clock_advance(&clock, -3600000);
	clock_run(&clock);
	ck_assert_int_le(clock_now_ms(&clock) / 1000, real_seconds() - 3599);
}
END_TEST

START_TEST(follows_its_base)
{
	struct clock base = {0}, clock = {.base = &base};

	clock_freeze(&base, NOW_MS);
	ck_assert_int_eq(clock_now_ms(&clock), NOW_MS);
	clock_advance(&clock, 1000);
	clock_advance(&base, 20);
	ck_assert_int_eq(clock_now_ms(&clock), NOW_MS + 1020);
	clock_freeze(&clock, NOW_MS - 9);
	clock_advance(&base, 30);
	ck_assert_int_eq(clock_now_ms(&clock), NOW_MS - 9);
	clock_run(&clock);
	ck_assert_int_eq(clock_now_ms(&clock), NOW_MS - 9);
	clock_advance(&base, 1);
	ck_assert_int_eq(clock_now_ms(&clock), NOW_MS - 8);
	clock_set(&clock, 77);
	clock_advance(&base, 1);
	ck_assert_int_eq(clock_now_ms(&clock), 78);
	clock_reset(&clock);
	ck_assert_int_eq(clock_now_ms(&clock), clock_now_ms(&base));
}
END_TEST

START_TEST(never_steps_back)
{
	int64_t first = clock_monotonic_ns();

	ck_assert_int_gt(first, 0);
	ck_assert_int_ge(clock_monotonic_ns(), first);
}
END_TEST

static const struct {
	int64_t ms;
	const char *text;
} texts[] = {
	{0, "1970-01-01T00:00:00.000Z"},
	{NOW_MS, "2023-11-14T22:13:20.123Z"},
	{INT64_C(951782400000), "2000-02-29T00:00:00.000Z"},
	{INT64_C(4102444799999), "2099-12-31T23:59:59.999Z"},
	{-1, "1969-12-31T23:59:59.999Z"},
	{-1000, "1969-12-31T23:59:59.000Z"},
	{INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
};

START_TEST(writes_iso_8601)
{
	char text[CLOCK_TEXT_SIZE];

	ck_assert_str_eq(clock_text(text, texts[_i].ms), texts[_i].text);
}
END_TEST

START_TEST(writes_the_date_of_http)
{
	char text[CLOCK_TEXT_SIZE], wanted[64];
	int64_t seconds = texts[_i].ms / 1000;

	for (int month = 0; month < 12; month++, seconds -= 31 * CLOCK_DAY_SECONDS) {
		struct tm utc = clock_split(seconds);

		strftime(wanted, sizeof(wanted), "%a, %d %b %Y %H:%M:%S GMT", &utc);
		ck_assert_str_eq(clock_http_text(text, seconds), wanted);
	}
}
END_TEST

START_TEST(writes_the_date_of_windows)
{
	char text[CLOCK_TEXT_SIZE], wanted[64];
	int64_t seconds = texts[_i].ms / 1000;

	for (int hour = 0; hour < 24; hour++, seconds -= 3600) {
		struct tm utc = clock_split(seconds);

		strftime(wanted, sizeof(wanted), "%m/%d/%Y %H:%M:%S", &utc);
		ck_assert_str_eq(clock_windows_text(text, seconds, false), wanted);
		strftime(wanted, sizeof(wanted), "%m/%d/%Y %I:%M:%S %p", &utc);
		ck_assert_str_eq(clock_windows_text(text, seconds, true), wanted);
	}
}
END_TEST

START_TEST(splits_and_joins)
{
	int64_t seconds = texts[_i].ms / 1000;
	struct tm utc = clock_split(seconds);

	ck_assert_int_eq(clock_join(utc), seconds);
	utc.tm_mday += 31; /* normalised into the next month */
	ck_assert_int_eq(clock_join(utc), seconds + 31 * CLOCK_DAY_SECONDS);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("clock");
	TCase *clock = tcase_create("clock"), *dates = tcase_create("dates");

	tcase_add_test(clock, follows_the_real_time);
	tcase_add_test(clock, moves_while_it_runs);
	tcase_add_test(clock, stands_and_is_moved);
	tcase_add_test(clock, is_set_and_runs_on);
	tcase_add_test(clock, follows_its_base);
	tcase_add_test(clock, never_steps_back);
	tcase_add_loop_test(dates, writes_iso_8601, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_loop_test(dates, writes_the_date_of_http, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_loop_test(dates, writes_the_date_of_windows, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_loop_test(dates, splits_and_joins, 0, sizeof(texts) / sizeof(texts[0]));
	suite_add_tcase(suite, clock);
	suite_add_tcase(suite, dates);
	return run_suite(suite);
}
