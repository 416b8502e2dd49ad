/* Several servers behind a load balancer: whose turn it is, and what they do not share. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "challenge_support.h"
#include "common/memory.h"
#include "server/balancer.h"
#include "server/challenge.h"
#include "server/challenge_password.h"
#include "server/store.h"
#include "server/store_site.h"
#include "tests/run_suite.h"

static struct challenge_support support;

static void
setup(void)
{
	challenge_support_init(&support);
	support.settings->ndes_servers = 3;
}

static void
teardown(void)
{
	challenge_support_done(&support);
}

static unsigned
next_server(uint64_t connection)
{
	support.exchange->http->request.connection = connection;
	support.exchange->balanced_to = 0;
	ck_assert_int_eq(balancer_run(support.exchange), STAGE_NEXT);
	return support.exchange->balanced_to;
}

START_TEST(takes_turns_by_request)
{
	support.settings->load_balancing = LOAD_BALANCING_BY_REQUEST;
	for (unsigned i = 0; i < 7; i++)
		ck_assert_uint_eq(next_server(1), i % 3 + 1);
}
END_TEST

START_TEST(takes_turns_by_connection)
{
	support.settings->load_balancing = LOAD_BALANCING_BY_CONNECTION;
	for (uint64_t connection = 1; connection < 8; connection++) {
		ck_assert_uint_eq(next_server(connection), (connection - 1) % 3 + 1);
		ck_assert_uint_eq(next_server(connection), (connection - 1) % 3 + 1);
	}
}
END_TEST

START_TEST(has_no_turns_with_one_server)
{
	support.settings->ndes_servers = 1;
	ck_assert_uint_eq(next_server(2), 0);
	ck_assert_uint_eq(support.exchange->shaped_count, 0);
}
END_TEST

/* Gives a password of one server. The caller frees it. */
static char *
password_of(unsigned server)
{
	BUFFER_CLEANUP struct buffer cache = {0};
	struct buffer password = {0};
	struct diag diag = {0};

	balancer_password_cache(&cache, support.exchange->site, server);
	ASSERT_DONE(challenge_password_new(&password, support.exchange->server, buffer_text(&cache),
			    support.settings, support.exchange->arrived_ms, &diag),
		&diag);
	return buffer_text(&password);
}

static enum challenge_verdict
judge_at(unsigned server, const char *password)
{
	const struct challenge_support_request request = {.challenge = password};

	challenge_support_next(&support, &request);
	support.exchange->balanced_to = server;
	ASSERT_DONE(challenge_judge(support.exchange), &support.exchange->diag);
	return support.exchange->verdict.challenge;
}

START_TEST(knows_its_own_passwords_alone)
{
	TEXT_CLEANUP char *password = password_of(2);

	ck_assert_int_eq(judge_at(1, password), VERDICT_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(
		support.exchange->diag.found, "was never given out by the server that was asked"));
	ck_assert_int_eq(judge_at(3, password), VERDICT_UNKNOWN);
	ck_assert_int_eq(judge_at(2, password), VERDICT_ONE_TIME);
	/* What nothing was issued for goes back to where it came from. */
	ASSERT_DONE(challenge_release(support.exchange), &support.exchange->diag);
	ck_assert_int_eq(judge_at(1, password), VERDICT_UNKNOWN);
	ck_assert_int_eq(judge_at(2, password), VERDICT_ONE_TIME);
	ck_assert_int_eq(judge_at(2, password), VERDICT_USED);
}
END_TEST

START_TEST(has_a_cache_each)
{
	support.settings->password_max = 1;
	for (unsigned server = 1; server <= 3; server++)
		free(password_of(server));
}
END_TEST

/* A site that is removed takes the caches of all its servers with it, and nobody else's. */
START_TEST(goes_with_its_site)
{
	struct store *store = support.exchange->server->store;
	struct challenge_record record;
	struct diag diag = {0};
	TEXT_CLEANUP char *password = NULL;

	support.settings->password_max = 1;
	password = password_of(2);
	ASSERT_DONE(store_challenge_add(store, "default-2", "A1B2", 1, INT64_MAX, 5, &diag), &diag);
	ASSERT_DONE(store_site_purge(store, support.exchange->site->store_name, &diag), &diag);
	ck_assert_int_eq(judge_at(2, password), VERDICT_UNKNOWN);
	free(password_of(2));
	ASSERT_DONE(
		store_challenge_take(&record, store, "default-2", bytes_text("A1B2"), 2, 1, &diag),
		&diag);
	ck_assert_int_eq(record.state, CHALLENGE_VALID);
}
END_TEST

START_TEST(has_a_single_password_each)
{
	TEXT_CLEANUP char *first = NULL, *second = NULL;

	support.settings->use_single_password = true;
	first = password_of(1);
	second = password_of(2);
	ck_assert_str_ne(first, second);
	ck_assert_int_eq(judge_at(1, first), VERDICT_FIXED);
	ck_assert_int_ne(judge_at(2, first), VERDICT_FIXED);
	ck_assert_int_eq(judge_at(2, second), VERDICT_FIXED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("balancer");
	TCase *cases = tcase_create("balancer");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, takes_turns_by_request);
	tcase_add_test(cases, takes_turns_by_connection);
	tcase_add_test(cases, has_no_turns_with_one_server);
	tcase_add_test(cases, knows_its_own_passwords_alone);
	tcase_add_test(cases, has_a_cache_each);
	tcase_add_test(cases, goes_with_its_site);
	tcase_add_test(cases, has_a_single_password_each);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
