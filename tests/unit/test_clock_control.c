/* Moving the server's time and that of its sites. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ca_support.h"
#include "server/clock_control.h"
#include "tests/run_suite.h"

#define NOW_MS  (CA_SUPPORT_NOW * INT64_C(1000))
#define HOUR_MS INT64_C(3600000)
#define YEAR_MS (INT64_C(31556952) * 1000)

/* A server that stands at NOW_MS, with one site. */
static struct server server;
static struct site site;

static void
start(void)
{
	static char name[] = "a";

	memset(&server, 0, sizeof(server));
	site = (struct site){.name = name, .server = &server, .clock = {.base = &server.clock}};
	clock_freeze(&server.clock, NOW_MS);
	site_table_add(&server.sites, &site);
}

static void
stop(void)
{
	free(server.sites.sites);
}

static void
order(struct site *whose, enum clock_verb verb, int64_t ms)
{
	struct diag diag = {0};

	ASSERT_DONE(clock_control_do(&server, whose, verb, ms, &diag), &diag);
}

START_TEST(moves_a_site_on_top_of_the_server)
{
	order(&site, CLOCK_ADVANCE, HOUR_MS);
	order(NULL, CLOCK_ADVANCE, -2 * HOUR_MS);
	ck_assert_int_eq(clock_now_ms(&site.clock), NOW_MS - HOUR_MS);
	order(&site, CLOCK_FREEZE, NOW_MS + 5);
	order(NULL, CLOCK_SET, NOW_MS);
	ck_assert_int_eq(clock_now_ms(&site.clock), NOW_MS + 5);
	order(&site, CLOCK_RUN, 0);
	order(NULL, CLOCK_ADVANCE, 1);
	ck_assert_int_eq(clock_now_ms(&site.clock), NOW_MS + 6);
	order(&site, CLOCK_RESET, 0);
	ck_assert_int_eq(clock_now_ms(&site.clock), NOW_MS + 1);
	ck_assert_ptr_eq(clock_control_clock(&server, NULL), &server.clock);
}
END_TEST

/* In years on top of the server's, before the order; and what the order does to whom. */
static const struct {
	int64_t offset;
	bool to_site;
	enum clock_verb verb;
	int64_t ms;
	const char *whose;
} bad[] = {
	{0, true, CLOCK_SET, -1, "a"},
	{0, true, CLOCK_SET, INT64_MIN, "a"},
	{0, true, CLOCK_FREEZE, INT64_MAX, "a"},
	{0, true, CLOCK_ADVANCE, INT64_MIN, "a"},
	{0, true, CLOCK_ADVANCE, INT64_MAX, "a"},
	{0, false, CLOCK_ADVANCE, -56 * YEAR_MS, "server"},
	{7000, false, CLOCK_ADVANCE, 1000 * YEAR_MS, "a"},
	{-50, false, CLOCK_SET, 10 * YEAR_MS, "a"},
};

START_TEST(stays_within_the_years_of_certificates)
{
	struct diag diag = {0};
	int64_t before;

	clock_advance(&site.clock, bad[_i].offset * YEAR_MS);
	before = clock_now_ms(&site.clock);
	ck_assert_int_eq(clock_control_do(&server, bad[_i].to_site ? &site : NULL, bad[_i].verb,
				 bad[_i].ms, &diag),
		REFUSED);
	ck_assert_str_eq(diag.object, bad[_i].whose);
	ck_assert_int_eq(clock_now_ms(&site.clock), before);
	ck_assert_int_eq(clock_now_ms(&server.clock), NOW_MS);
}
END_TEST

START_TEST(does_not_leave_a_site_behind_at_a_reset)
{
	struct diag diag = {0};

	order(NULL, CLOCK_ADVANCE, 3000 * YEAR_MS);
	order(&site, CLOCK_ADVANCE, -2000 * YEAR_MS);
	ck_assert_int_eq(clock_control_do(&server, NULL, CLOCK_RESET, 0, &diag), REFUSED);
	order(&site, CLOCK_RESET, 0);
	order(NULL, CLOCK_RESET, 0);
	ck_assert(!server.clock.frozen);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("clock_control");
	TCase *cases = tcase_create("clock_control");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, moves_a_site_on_top_of_the_server);
	tcase_add_loop_test(
		cases, stays_within_the_years_of_certificates, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(cases, does_not_leave_a_site_behind_at_a_reset);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
