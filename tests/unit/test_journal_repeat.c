/* What counts as sent again, and which of several it repeats. */
#include <check.h>

#include "exchange_support.h"
#include "server/journal_repeat.h"
#include "tests/run_suite.h"

#define SECOND INT64_C(1000000000)

static struct exchange_support support;
static struct journal_repeats *repeats;

/* A POST of one byte. */
static void
setup(void)
{
	struct request *request = &support.http.request;

	exchange_support_init(&support);
	repeats = journal_repeats_new();
	request->method = "POST";
	request->content_length = 1;
	buffer_append_byte(&request->body, 'A');
}

static void
teardown(void)
{
	journal_repeats_free(repeats);
	buffer_done(&support.http.request.body);
	exchange_support_done(&support);
}

static void
be_plain(void)
{
	support.http.request.method = "GET";
	support.http.request.content_length = -1;
	buffer_clear(&support.http.request.body);
}

/* Lets the exchange of this number begin. */
static void
begin(uint64_t number)
{
	support.exchange.number = number;
	journal_repeats_begin(repeats, &support.exchange);
}

/* Lets it end, and returns what it repeats. */
static struct journal_repeat
end(uint64_t number, enum http_end how)
{
	support.exchange.number = number;
	support.http.end = how;
	return journal_repeats_end(repeats, &support.exchange);
}

static uint64_t
exchange_repeated(uint64_t number, enum http_end how)
{
	begin(number);
	return end(number, how).exchange;
}

START_TEST(test_a_message_is_repeated_whether_it_was_answered_or_not)
{
	struct journal_repeat repeat;

	ck_assert_uint_eq(exchange_repeated(1, HTTP_END_SENT), 0);
	support.http.begun_ns = support.http.ended_ns + 7000;
	support.http.ended_ns = support.http.begun_ns + 1000;
	begin(2);
	repeat = end(2, HTTP_END_CLIENT_LEFT);
	ck_assert_uint_eq(repeat.exchange, 1);
	ck_assert(repeat.ended && !repeat.head_alone);
	ck_assert_int_eq(repeat.end, HTTP_END_SENT);
	ck_assert_int_eq(repeat.gap_us, 7);
	repeat = (begin(3), end(3, HTTP_END_SENT));
	ck_assert_uint_eq(repeat.exchange, 2);
	ck_assert_int_eq(repeat.end, HTTP_END_CLIENT_LEFT);
}
END_TEST

START_TEST(test_a_short_get_is_repeated_only_where_it_was_not_answered)
{
	be_plain();
	ck_assert_uint_eq(exchange_repeated(1, HTTP_END_SENT), 0);
	ck_assert_uint_eq(exchange_repeated(2, HTTP_END_CLIENT_LEFT), 0);
	ck_assert_uint_eq(exchange_repeated(3, HTTP_END_SENT), 2);
	ck_assert_uint_eq(exchange_repeated(4, HTTP_END_SENT), 2);
}
END_TEST

START_TEST(test_another_head_or_another_body_is_no_repetition)
{
	exchange_repeated(1, HTTP_END_SENT);
	support.http.request.body.data[0] = 'B';
	ck_assert_uint_eq(exchange_repeated(2, HTTP_END_SENT), 0);
	exchange_support_header(&support, "X-Other", "1");
	ck_assert_uint_eq(exchange_repeated(3, HTTP_END_SENT), 0);
}
END_TEST

START_TEST(test_of_a_body_that_was_not_read_the_head_alone_is_compared)
{
	struct journal_repeat repeat;

	buffer_clear(&support.http.request.body);
	exchange_repeated(1, HTTP_END_RESET_BY_PLAN);
	buffer_append_byte(&support.http.request.body, 'A');
	begin(2);
	repeat = end(2, HTTP_END_SENT);
	ck_assert_uint_eq(repeat.exchange, 1);
	ck_assert(repeat.head_alone);
	ck_assert_uint_eq(exchange_repeated(3, HTTP_END_SENT), 2);
	buffer_clear(&support.http.request.body);
	exchange_repeated(4, HTTP_END_RESET_BY_PLAN);
	buffer_append_byte(&support.http.request.body, 'A');
	begin(5);
	repeat = end(5, HTTP_END_SENT);
	ck_assert_uint_eq(repeat.exchange, 4);
	ck_assert(repeat.head_alone);
}
END_TEST

START_TEST(test_one_that_is_under_way_is_repeated_too)
{
	struct journal_repeat repeat;

	begin(1);
	begin(2);
	repeat = end(2, HTTP_END_SENT);
	ck_assert_uint_eq(repeat.exchange, 1);
	ck_assert(!repeat.ended);
	ck_assert_uint_eq(end(1, HTTP_END_SENT).exchange, 0);
}
END_TEST

/* On worker threads a later one may be understood first. */
START_TEST(test_the_order_is_that_of_the_numbers)
{
	begin(1);
	begin(4);
	begin(3);
	begin(2);
	ck_assert_uint_eq(end(4, HTTP_END_SENT).exchange, 3);
	ck_assert_uint_eq(end(2, HTTP_END_SENT).exchange, 1);
	ck_assert_uint_eq(end(3, HTTP_END_SENT).exchange, 2);
	ck_assert_uint_eq(end(1, HTTP_END_SENT).exchange, 0);
}
END_TEST

START_TEST(test_what_is_long_ago_is_not_repeated)
{
	exchange_repeated(1, HTTP_END_SENT);
	support.http.begun_ns += 6 * SECOND;
	support.http.ended_ns += 6 * SECOND;
	ck_assert_uint_eq(exchange_repeated(2, HTTP_END_SENT), 0);
	/* 1,024 places: number 1,026 stands where 2 stood. */
	ck_assert_uint_eq(exchange_repeated(1026, HTTP_END_SENT), 0);
	ck_assert_uint_eq(exchange_repeated(1027, HTTP_END_SENT), 1026);
	ck_assert_uint_eq(end(2, HTTP_END_SENT).exchange, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("journal_repeat");
	TCase *tests = tcase_create("repeats");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, test_a_message_is_repeated_whether_it_was_answered_or_not);
	tcase_add_test(tests, test_a_short_get_is_repeated_only_where_it_was_not_answered);
	tcase_add_test(tests, test_another_head_or_another_body_is_no_repetition);
	tcase_add_test(tests, test_of_a_body_that_was_not_read_the_head_alone_is_compared);
	tcase_add_test(tests, test_one_that_is_under_way_is_repeated_too);
	tcase_add_test(tests, test_the_order_is_that_of_the_numbers);
	tcase_add_test(tests, test_what_is_long_ago_is_not_repeated);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
