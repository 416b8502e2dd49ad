/* Rapid-fail protection, whichever way the clock is moved between the crashes. */
#include <check.h>

#include "exchange_support.h"
#include "tests/run_suite.h"

#define MINUTE_MS INT64_C(60000)

/* Two crashes within five minutes disable the pool; minutes of each crash, on the site's clock. */
static const struct {
	int64_t first, second;
	bool disabled;
} crashes[] = {
	{0, 0, true},
	{0, 5, true},
	{0, 6, false},
	{60, 56, true},
	{60, 0, false},
};

START_TEST(counts_within_the_interval)
{
	struct exchange_support support;
	struct app_pool *pool = &support.site.app_pool;

	exchange_support_init(&support);
	app_pool_init(pool);
	support.settings.rapid_fail_protection = true;
	support.settings.rapid_fail_interval = 5;
	support.settings.rapid_fail_max_crashes = 2;
	support.exchange.arrived_ms += crashes[_i].first * MINUTE_MS;
	app_pool_crash(&support.exchange);
	ck_assert(!app_pool_is_disabled(pool));
	support.exchange.arrived_ms += (crashes[_i].second - crashes[_i].first) * MINUTE_MS;
	app_pool_crash(&support.exchange);
	ck_assert_int_eq(app_pool_is_disabled(pool), crashes[_i].disabled);
	app_pool_start(pool);
	ck_assert(!app_pool_is_disabled(pool));
	evidence_done(&support.exchange.evidence);
	app_pool_done(pool);
	exchange_support_done(&support);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("app_pool");
	TCase *cases = tcase_create("app_pool");

	tcase_add_loop_test(
		cases, counts_within_the_interval, 0, sizeof(crashes) / sizeof(crashes[0]));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
