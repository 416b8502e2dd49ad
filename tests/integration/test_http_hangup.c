/*
 * Clients that end the connection in one piece with a part of a request: libmicrohttpd reads the part,
 * and is not told of the end. The time-out is far away; whoever is noticed is noticed at once.
 */
#include <check.h>
#include <string.h>

#include "tests/integration/echo_server.h"
#include "tests/run_suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct echo_server server;

static void
start(void)
{
	echo_start(&server,
		(struct echo_options){
			.address = "127.0.0.1:0",
			.workers = 1,
			.timeout = 3600,
			.drain_ms = RAW_PATIENCE_MS,
		});
}

static void
stop(void)
{
	echo_stop(&server);
}

/* What comes before the end. Of an exchange whose head was there, it is known how it ended. */
static const struct {
	const char *sent;
	unsigned answered; /* so many requests are */
	bool begun;        /* the head of another one was there */
} parts[] = {
	{"", 0, false},
	{"\r\n", 0, false},
	{"GE", 0, false},
	{"GET / HTTP/1.1", 0, false},
	{"GET / HTTP/1.1\r\n", 0, false},
	{"GET / HTTP/1.1\r\nHost: a\r\n", 0, false},
	{"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n", 0, true},
	{"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", 0, true},
	{"POST /?refuse HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", 0, true},
	{"POST /?work HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", 0, true},
	{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", 0, true},
	{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 0, true},
	{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", 0, true},
	{"GET / HTTP/1.1\r\n\r\nGET /", 1, false},
	{"GET /?work HTTP/1.1\r\n\r\nGET /", 1, false},
	{"GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", 1, true},
	{"GET /?work HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", 1, true},
};

START_TEST(notices_an_end_that_comes_with_half_a_request)
{
	RAW_CLIENT_CLEANUP struct raw_client holder = echo_connect(&server);
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	/* Both connections are served, and the loop is held while part and end arrive. */
	ck_assert(raw_send_format(&client, "GET / HTTP/1.1\r\n\r\n"));
	echo_read(&response, &client, 200);
	echo_gate(&server, false);
	ck_assert(raw_send_format(&holder, "GET /?hold HTTP/1.1\r\n\r\n"));
	echo_wait_begun(&server, 2);
	ck_assert(raw_send_format(&client, "%s", parts[_i].sent));
	raw_half_close(&client);
	echo_gate(&server, true);
	for (unsigned i = 0; i < parts[_i].answered; i++)
		echo_read(&response, &client, 200);
	ck_assert_int_ne(raw_read_end(&client), RAW_SILENT);
	echo_wait_finished(&server, 2 + parts[_i].answered + parts[_i].begun);
	for (unsigned i = 0; i < server.finished; i++)
		ck_assert_int_eq(server.records[i].end,
			parts[_i].begun && i == server.finished - 1 ? HTTP_END_CLIENT_LEFT
								    : HTTP_END_SENT);
	ck_assert_uint_eq(server.finished, 2 + parts[_i].answered + parts[_i].begun);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_hangup");
	TCase *cases = tcase_create("hangup");

	tcase_set_timeout(cases, 2 * RAW_PATIENCE_MS / 1000);
	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_loop_test(cases, notices_an_end_that_comes_with_half_a_request, 0, COUNT(parts));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
