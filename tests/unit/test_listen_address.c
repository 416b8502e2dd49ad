/* Addresses as people write them. */
#include <check.h>

#include "server/listen_address.h"
#include "tests/run_suite.h"

static const struct {
	const char *text;
	bool loopback, any_port;
} good[] = {
	{"127.0.0.1:8080", true, false},
	{"127.255.0.1:1", true, false},
	{"0.0.0.0:0", false, true},
	{"192.0.2.1:65535", false, false},
	{"[::1]:0", true, true},
	{"[::]:8080", false, false},
	{"[2001:db8::1]:443", false, false},
};

START_TEST(reads_addresses)
{
	struct listen_address address;
	struct diag diag = {0};

	ck_assert_msg(listen_address_parse(&address, good[_i].text, &diag) == DONE, "%s: %s",
		good[_i].text, diag.found);
	ck_assert_msg(address.loopback == good[_i].loopback, "%s: loopback", good[_i].text);
	ck_assert_msg(address.any_port == good[_i].any_port, "%s: any port", good[_i].text);
}
END_TEST

#define FORM "ADDRESS:PORT, such as 127.0.0.1:8080, or [::1]:0 for a free port"

static const struct {
	const char *text;
	const char *found;
	const char *wanted;
} bad[] = {
	{"", "\"\"", FORM},
	{"8080", "\"8080\"", FORM},
	{":8080", "\"\" is no IPv4 address", FORM},
	{"127.0.0.1", "\"127.0.0.1\"", FORM},
	{"127.0.0.1:", "port \"\"", "a port from 0 to 65535"},
	{"127.0.0.1:http", "port \"http\"", "a port from 0 to 65535"},
	{"127.0.0.1:65536", "port \"65536\"", "a port from 0 to 65535"},
	{"127.0.0.1:-1", "port \"-1\"", "a port from 0 to 65535"},
	{"127.1:80", "\"127.1\" is no IPv4 address", FORM},
	{"localhost:80", "\"localhost\" is no IPv4 address", FORM},
	{"::1:80", "\"::1:80\"", FORM},
	{"[::1]", "\"[::1]\"", FORM},
	{"[::1:80", "\"[::1:80\"", FORM},
	{"[127.0.0.1]:80", "\"127.0.0.1\" is no IPv6 address", FORM},
	{"[::1]x:80", "\"[::1]x:80\"", FORM},
	{"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]:80",
		"\"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]:80\"", FORM},
};

START_TEST(refuses_others)
{
	struct listen_address address;
	struct diag diag = {0};

	ck_assert_msg(listen_address_parse(&address, bad[_i].text, &diag) == REFUSED, "%s passed",
		bad[_i].text);
	ck_assert_str_eq(diag.found, bad[_i].found);
	ck_assert_str_eq(diag.wanted, bad[_i].wanted);
	ck_assert_str_eq(diag.object, "");
}
END_TEST

START_TEST(compares_addresses)
{
	struct listen_address one, other;

	ck_assert_int_eq(listen_address_parse(&one, "[::1]:80", NULL), DONE);
	ck_assert_int_eq(listen_address_parse(&other, "[0:0::1]:080", NULL), DONE);
	ck_assert(listen_address_equal(&one, &other));
	ck_assert_int_eq(listen_address_parse(&other, "[::1]:81", NULL), DONE);
	ck_assert(!listen_address_equal(&one, &other));
	ck_assert_int_eq(listen_address_parse(&other, "127.0.0.1:80", NULL), DONE);
	ck_assert(!listen_address_equal(&one, &other));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("listen_address");
	TCase *cases = tcase_create("listen_address");

	tcase_add_loop_test(cases, reads_addresses, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(cases, refuses_others, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(cases, compares_addresses);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
