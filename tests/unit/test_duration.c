/* Durations as people write them. */
#include <check.h>

#include "common/duration.h"
#include "tests/run_suite.h"

static const struct {
	const char *text;
	bool may_be_negative;
	int64_t ms; /* -1: refused */
} durations[] = {
	{"0", false, 0},
	{"10", false, 10000},
	{"250ms", false, 250},
	{"10s", false, 10000},
	{"5m", false, 300000},
	{"2h", false, 7200000},
	{"40d", false, 3456000000},
	{"366d", false, 31622400000},
	{"-90s", true, -90000},
	{"-0", true, 0},
	{"367d", false, -1},
	{"31622401", false, -1},
	{"99999999999999999999ms", false, -1},
	{"-99999999999999999999ms", true, -1},
	{"-90s", false, -1},
	{"--90s", true, -1},
	{"- 90s", true, -1},
	{"", false, -1},
	{"s", false, -1},
	{"-", true, -1},
	{"+5", false, -1},
	{" 5", false, -1},
	{"5 s", false, -1},
	{"5S", false, -1},
	{"5min", false, -1},
	{"1.5h", false, -1},
	{"1h30m", false, -1},
};

START_TEST(reads_durations)
{
	struct diag diag = {0};
	int64_t ms = -1;
	int outcome = duration_parse(&ms, durations[_i].text, durations[_i].may_be_negative, &diag);

	ck_assert_msg(
		ms == durations[_i].ms, "\"%s\" gave %lld", durations[_i].text, (long long)ms);
	ck_assert_int_eq(outcome, durations[_i].ms == -1 ? REFUSED : DONE);
	ck_assert_int_eq(diag.found[0] != '\0', outcome == REFUSED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("duration");
	TCase *cases = tcase_create("duration");

	tcase_add_loop_test(cases, reads_durations, 0, sizeof(durations) / sizeof(durations[0]));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
