/* Addresses to listen on, and the words for those that cannot be. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/http_listen.h"
#include "tests/run_suite.h"

static const struct {
	const char *text;
	const char *words;
} addresses[] = {
	{"", "listen address: \"\"; expected ADDRESS:PORT"},
	{"localhost:0", "listen address: \"localhost\" is no IPv4 address"},
	{"127.0.0.1:65536", "listen address: port \"65536\"; expected a port from 0 to 65535"},
	{"192.0.2.1:0", "listen address: 192.0.2.1:0 is no address of this machine"},
};

START_TEST(refuses_bad_addresses)
{
	struct http_listener listener;
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_msg(http_listen(&listener, addresses[_i].text, NULL, &diag) == REFUSED, "%s",
		addresses[_i].text);
	ck_assert_msg(strstr(diag_text(text, &diag), addresses[_i].words) == text, "%s: %s",
		addresses[_i].text, text);
	ck_assert_int_eq(http_listen(&listener, addresses[_i].text, NULL, NULL), REFUSED);
}
END_TEST

START_TEST(refuses_a_port_in_use)
{
	struct http_listener first, second;
	char text[96], words[DIAG_TEXT_SIZE], expected[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_int_eq(http_listen(&first, "127.0.0.1:0", NULL, NULL), DONE);
	ck_assert_str_eq(first.address, "127.0.0.1");
	ck_assert_uint_ne(first.port, 0);
	snprintf(text, sizeof(text), "%s:%u", first.address, first.port);
	snprintf(expected, sizeof(expected),
		"listen address: %s is in use by another program; expected a free port; port 0 "
		"takes any",
		text);
	ck_assert_int_eq(http_listen(&second, text, NULL, &diag), REFUSED);
	ck_assert_str_eq(diag_text(words, &diag), expected);
	close(first.descriptor);
	ck_assert_int_eq(http_listen(&second, text, NULL, NULL), DONE);
	close(second.descriptor);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_listen");
	TCase *tests = tcase_create("http_listen");

	tcase_add_loop_test(
		tests, refuses_bad_addresses, 0, sizeof(addresses) / sizeof(addresses[0]));
	tcase_add_test(tests, refuses_a_port_in_use);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
