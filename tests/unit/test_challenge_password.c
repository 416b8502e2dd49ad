/* Passwords of the admin page: their form, PasswordMax, and UseSinglePassword. */
#include <stdlib.h>
#include <string.h>

#include "challenge_support.h"
#include "common/memory.h"
#include "server/challenge.h"
#include "server/challenge_password.h"
#include "tests/run_suite.h"

#define NOW EXCHANGE_SUPPORT_NOW_MS

static struct challenge_support support;

static void
setup(void)
{
	challenge_support_init(&support);
}

static void
teardown(void)
{
	challenge_support_done(&support);
}

static int
new_password(int64_t now, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer password = {0};

	return challenge_password_new(&password, support.exchange->server,
		support.exchange->site->store_name, support.settings, now, diag);
}

static const size_t lengths[] = {1, 8, 16, 64};

START_TEST(has_the_length_that_is_set)
{
	TEXT_CLEANUP char *password = NULL;

	support.settings->password_length = (int64_t)lengths[_i];
	password = challenge_support_password(&support);
	ck_assert_uint_eq(strlen(password), 2 * lengths[_i]);
	ck_assert_uint_eq(strspn(password, "0123456789ABCDEF"), 2 * lengths[_i]);
	ck_assert_int_eq(challenge_support_judge(&support, password), VERDICT_ONE_TIME);
}
END_TEST

START_TEST(differs_each_time_and_can_be_repeated)
{
	TEXT_CLEANUP char *first = challenge_support_password(&support),
			  *second = challenge_support_password(&support), *again = NULL;

	ck_assert_str_ne(first, second);
	ck_assert_int_eq(challenge_support_judge(&support, first), VERDICT_ONE_TIME);
	/* The same seed draws the same ones; the first is spent and may come again. */
	random_init(&support.base.server.random, 1);
	again = challenge_support_password(&support);
	ck_assert_str_eq(again, first);
	ck_assert_int_eq(challenge_support_judge(&support, again), VERDICT_ONE_TIME);
}
END_TEST

/* One that waits already is drawn past. */
START_TEST(gives_none_that_waits_already)
{
	TEXT_CLEANUP char *first = challenge_support_password(&support), *second = NULL;

	random_init(&support.base.server.random, 1);
	second = challenge_support_password(&support);
	ck_assert_str_ne(first, second);
}
END_TEST

START_TEST(ends_when_all_passwords_wait)
{
	struct diag diag = {0};
	int result = DONE, count = 0;

	support.settings->password_length = 1;
	support.settings->password_max = 300;
	for (; result == DONE && count <= 256; count++)
		result = new_password(NOW, &diag);
	ck_assert_int_eq(result, REFUSED);
	ck_assert_int_gt(count, 128);
	ck_assert_str_eq(diag.found, "almost every password of 1 bytes is waiting");
}
END_TEST

START_TEST(is_refused_when_the_cache_is_full)
{
	TEXT_CLEANUP char *first = challenge_support_password(&support);
	struct diag diag = {0};

	for (int i = 1; i < 5; i++)
		ck_assert_int_eq(new_password(NOW, &diag), DONE);
	ck_assert_int_eq(new_password(NOW, &diag), REFUSED);
	ck_assert_str_eq(diag.found, "5 unused passwords of 5");
	ck_assert_int_eq(challenge_support_judge(&support, first), VERDICT_ONE_TIME);
	ck_assert_int_eq(new_password(NOW, &diag), DONE);
	ck_assert_int_eq(new_password(NOW, &diag), REFUSED);
	/* PasswordValidity: 60 minutes later all have expired. */
	ck_assert_int_eq(new_password(NOW + 60 * 60000 - 4, &diag), REFUSED);
	ck_assert_int_eq(new_password(NOW + 60 * 60000, &diag), DONE);
}
END_TEST

START_TEST(stays_the_same_with_use_single_password)
{
	TEXT_CLEANUP char *before = challenge_support_password(&support), *first = NULL,
			  *second = NULL;

	support.settings->use_single_password = true;
	first = challenge_support_password(&support);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(challenge_support_judge(&support, first), VERDICT_FIXED);
	second = challenge_support_password(&support);
	ck_assert_str_eq(first, second);
	ck_assert_uint_eq(strlen(first), 16);
	/* One-time passwords are no longer known. */
	ck_assert_int_eq(challenge_support_judge(&support, before), VERDICT_UNKNOWN);
	/* A one-time password it is not: without the setting nobody knows it. */
	support.settings->use_single_password = false;
	ck_assert_int_eq(challenge_support_judge(&support, first), VERDICT_UNKNOWN);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("challenge_password");
	TCase *cases = tcase_create("admin page");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_loop_test(cases, has_the_length_that_is_set, 0, ROWS(lengths));
	tcase_add_test(cases, differs_each_time_and_can_be_repeated);
	tcase_add_test(cases, gives_none_that_waits_already);
	tcase_add_test(cases, ends_when_all_passwords_wait);
	tcase_add_test(cases, is_refused_when_the_cache_is_full);
	tcase_add_test(cases, stays_the_same_with_use_single_password);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
