/* Times in ISO 8601, held against clock_text, and what is none. */
#include <check.h>
#include <string.h>

#include "common/clock.h"
#include "common/timestamp.h"
#include "tests/run_suite.h"

static const struct {
	const char *text;
	int64_t ms;
} good[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"1970-01-01T00:00:00.001Z", 1},
	{"1970-01-01T00:00:00.5Z", 500},
	{"2000-02-29T12:00:00Z", INT64_C(951825600000)},
	{"2026-01-31T23:59:59.999Z", INT64_C(1769903999999)},
	{"9999-12-31T23:59:59Z", INT64_C(253402300799000)},
};

START_TEST(reads_what_clock_text_writes)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t ms = -1, again = -1;

	ck_assert_int_eq(timestamp_parse(&ms, good[_i].text, NULL), DONE);
	ck_assert_msg(ms == good[_i].ms, "%s gives %lld", good[_i].text, (long long)ms);
	ck_assert_int_eq(timestamp_parse(&again, clock_text(text, ms), NULL), DONE);
	ck_assert_int_eq(again, ms);
}
END_TEST

static const char *const bad[] = {
	"",
	"now",
	"2026-01-31",
	"2026-01-31T23:59:59",
	"2026-01-31 23:59:59Z",
	"2026-01-31T23:59:59z",
	"2026-01-31T23:59:59.Z",
	"2026-01-31T23:59:59.1234Z",
	"2026-01-31T23:59:59+01:00",
	"2026-01-31T23:59:59ZZ",
	"2026-02-30T00:00:00Z",
	"2026-13-01T00:00:00Z",
	"2026-01-31T24:00:00Z",
	"2026-01-31T23:60:00Z",
	"1969-12-31T23:59:59Z",
	"-026-01-31T23:59:59Z",
};

START_TEST(refuses_what_is_no_time)
{
	struct diag diag = {0};
	int64_t ms = 7;

	ck_assert_msg(timestamp_parse(&ms, bad[_i], &diag) == REFUSED, "%s", bad[_i]);
	ck_assert_int_eq(ms, 7);
	ck_assert_ptr_nonnull(strstr(diag.wanted, "2027-01-31T23:59:59Z"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("timestamp");
	TCase *tests = tcase_create("timestamp");

	tcase_add_loop_test(tests, reads_what_clock_text_writes, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tests, refuses_what_is_no_time, 0, sizeof(bad) / sizeof(bad[0]));
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
