/* What is told of a connection that ends while a request is awaited: over TCP, as the kernel counts it. */
#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http_awaited.h"
#include "tests/run_suite.h"

static int client;
static struct http_connection *connection;
static struct http_awaited wait;

static void
setup(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), descriptor;

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	client = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&address, size), 0);
	descriptor = accept(listener, (struct sockaddr *)&address, &size);
	ck_assert_int_ge(descriptor, 0);
	close(listener);
	connection = http_connection_new(descriptor, (struct sockaddr *)&address, 1);
	connection->timeout = 120;
	wait = (struct http_awaited){0};
	http_awaited_first(&wait, connection);
}

static void
teardown(void)
{
	close(connection->descriptor);
	free(connection);
}

static void
await(short events)
{
	struct pollfd state = {.fd = connection->descriptor, .events = events};

	ck_assert_int_eq(poll(&state, 1, 10000), 1);
}

/* The client goes; the connections are looked at before the library sees that. */
static bool
explain_leaving(enum http_lapse *how)
{
	close(client);
	await(POLLRDHUP);
	wait.due_ns = 1;
	http_awaited_sweep(&wait);
	return http_awaited_explain(how, connection, false);
}

START_TEST(who_brought_nothing_may_go)
{
	enum http_lapse how;

	ck_assert(!explain_leaving(&how));
}
END_TEST

START_TEST(who_was_answered_may_go)
{
	static const char request[] = "GET / HTTP/1.1\r\n\r\n";
	const struct http_exchange exchange = {.bytes_received = sizeof(request) - 1};
	enum http_lapse how;

	ck_assert_int_eq(send(client, request, sizeof(request) - 1, 0), sizeof(request) - 1);
	await(POLLIN);
	http_awaited_end(&wait, connection);
	http_awaited_next(&wait, connection, &exchange, true);
	ck_assert(!explain_leaving(&how));
}
END_TEST

START_TEST(who_goes_in_the_middle_is_told_of)
{
	enum http_lapse how;

	ck_assert_int_eq(send(client, "GET /", 5, 0), 5);
	await(POLLIN);
	ck_assert(explain_leaving(&how));
	ck_assert_int_eq(how, HTTP_LAPSE_CLIENT_LEFT);
}
END_TEST

static bool
is_open(void)
{
	return send(connection->descriptor, "x", 1, MSG_NOSIGNAL) == 1;
}

/* Of a client that goes in one piece with its request, the library reads the request first. */
START_TEST(what_has_just_come_is_not_thrown_away)
{
	ck_assert_int_eq(send(client, "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
	await(POLLIN);
	ck_assert_int_eq(shutdown(client, SHUT_WR), 0);
	await(POLLRDHUP);
	wait.due_ns = 1;
	http_awaited_sweep(&wait);
	ck_assert(is_open());
	close(client);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_awaited");
	TCase *cases = tcase_create("http_awaited");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, who_brought_nothing_may_go);
	tcase_add_test(cases, who_was_answered_may_go);
	tcase_add_test(cases, who_goes_in_the_middle_is_told_of);
	tcase_add_test(cases, what_has_just_come_is_not_thrown_away);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
