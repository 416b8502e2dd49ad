/* HTTP as a client sees it: connections, framing and byte counts. */
#include <check.h>
#include <stdio.h>
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
			.workers = 2,
			.timeout = HTTP_TIMEOUT_DEFAULT,
			.drain_ms = RAW_PATIENCE_MS,
		});
}

static void
stop(void)
{
	echo_stop(&server);
}

/* --- connections ------------------------------------------------------------ */

START_TEST(keeps_connections_alive)
{
	RAW_CLIENT_CLEANUP struct raw_client first = echo_connect(&server),
					     second = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct echo_record record;

	for (unsigned i = 0; i < 100; i++) {
		raw_send_format(&first, "GET /%u HTTP/1.1\r\nHost: a\r\n\r\n", i);
		echo_read(&response, &first, 200);
		record = echo_record(&server, i);
		ck_assert_uint_eq(record.connection, 1);
		ck_assert_uint_eq(record.nth, i + 1);
		ck_assert_int_ge(record.duration_ns, 0);
	}
	ck_assert_ptr_null(raw_header(&response, "Connection").data);
	raw_send_format(&second, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	echo_read(&response, &second, 200);
	record = echo_record(&server, 100);
	ck_assert_uint_eq(record.connection, 2);
	ck_assert_uint_eq(record.nth, 1);
}
END_TEST

START_TEST(answers_pipelined_requests_in_order)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	BUFFER_CLEANUP struct buffer requests = {0};
	char expected[128];

	for (unsigned i = 0; i < 60; i += 3)
		buffer_append_format(&requests,
			"GET /%u HTTP/1.1\r\n\r\n"
			"POST /%u?work HTTP/1.1\r\nContent-Length: 2\r\n\r\n%02u"
			"POST /%u?refuse HTTP/1.1\r\nContent-Length: 2\r\n\r\nxx",
			i, i + 1, i + 1, i + 2);
	ck_assert(raw_send(&client, buffer_bytes(&requests)));
	for (unsigned i = 0; i < 60; i += 3) {
		snprintf(expected, sizeof(expected), "GET /%u HTTP/1.1\n\n", i);
		ck_assert_str_eq(echo_read(&response, &client, 200), expected);
		snprintf(expected, sizeof(expected),
			"POST /%u?work HTTP/1.1\nContent-Length: 2\n\n%02u", i + 1, i + 1);
		ck_assert_str_eq(echo_read(&response, &client, 200), expected);
		snprintf(expected, sizeof(expected),
			"POST /%u?refuse HTTP/1.1\nContent-Length: 2\n\n", i + 2);
		ck_assert_str_eq(echo_read(&response, &client, 200), expected);
	}
	ck_assert_uint_eq(echo_record(&server, 59).nth, 60);
}
END_TEST

START_TEST(reads_requests_byte_by_byte)
{
	static const char request[] =
		"POST /a?work HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	for (const char *c = request; *c; c++)
		ck_assert(raw_send(&client, BYTES(c, 1)));
	ck_assert_str_eq(echo_read(&response, &client, 200),
		"POST /a?work HTTP/1.1\nHost: a\nContent-Length: 3\n\nabc");
}
END_TEST

static const struct {
	const char *request;
	bool closes;
} closings[] = {
	{"GET / HTTP/1.0\r\n\r\n", true},
	{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
	{"POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx", true},
	{"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", true},
	{"GET / HTTP/1.1\r\nConnection: TE, Close\r\n\r\n", true},
	{"GET /?close HTTP/1.1\r\n\r\n", true},
	{"GET /?close&size=3000000 HTTP/1.1\r\n\r\n", true},
	{"GET /?work HTTP/1.1\r\nConnection: close\r\n\r\n", true},
	{"GET / HTTP/1.1\r\n\r\n", false},
	{"GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n", false},
	{"GET / HTTP/1.1\r\nConnection: closed\r\n\r\n", false},
};

START_TEST(closes_when_asked)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct bytes connection;

	ck_assert(raw_send_format(&client, "%s", closings[_i].request));
	echo_read(&response, &client, 200);
	connection = raw_header(&response, "Connection");
	if (closings[_i].closes) {
		ck_assert_msg(
			bytes_equal(connection, bytes_text("close")), "%s", closings[_i].request);
		ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
		ck_assert_uint_eq(client.received.size, 0);
	} else {
		ck_assert_msg(connection.data == NULL, "%s", closings[_i].request);
		ck_assert(raw_send_format(&client, "GET / HTTP/1.1\r\n\r\n"));
		echo_read(&response, &client, 200);
	}
}
END_TEST

START_TEST(closes_without_an_answer)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	struct echo_record record;

	ck_assert(raw_send_format(&client, "GET /?silent%s HTTP/1.1\r\n\r\n", _i ? "&work" : ""));
	ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	ck_assert_uint_eq(client.received.size, 0);
	record = echo_record(&server, 0);
	ck_assert_int_eq(record.end, HTTP_END_CLOSED_BY_PLAN);
	ck_assert_uint_eq(record.bytes_sent, 0);
}
END_TEST

/* --- requests ----------------------------------------------------------------- */

START_TEST(keeps_targets_raw)
{
	static const char target[] =
		"/certsrv/%2e%2E/a%20b//c;d?\?operation=PKIOperation&message=MII+/"
		"%2b%2F%0a=%3d&%00&&%zz";
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	char expected[256];

	snprintf(expected, sizeof(expected), "GET %s HTTP/1.1\nX-Empty: \n\n", target);
	ck_assert(raw_send_format(&client, "GET %s HTTP/1.1\r\nX-Empty:\r\n\r\n", target));
	ck_assert_str_eq(echo_read(&response, &client, 200), expected);
}
END_TEST

/* libmicrohttpd, left to read them, gives up at about a thousand, and answers nothing. */
START_TEST(takes_many_parameters)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	BUFFER_CLEANUP struct buffer target = {0};

	buffer_append_text(&target, "/?");
	for (unsigned i = 0; i < 10000; i++)
		buffer_append_format(&target, "%x=&", i);
	ck_assert(raw_send_format(
		&client, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", buffer_text(&target)));
	echo_read(&response, &client, 200);
	ck_assert_int_eq(memcmp(response.body.data + 4, target.data, target.size), 0);
}
END_TEST

#define TARGET_SIZE 65534

START_TEST(takes_the_longest_url)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	BUFFER_CLEANUP struct buffer target = {0};
	struct echo_record record;

	buffer_append_text(&target, "/?operation=PKIOperation&work&message=");
	memset(buffer_append_space(&target, TARGET_SIZE - target.size), '+',
		TARGET_SIZE - target.size);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert(raw_send_format(&client,
			"GET %s HTTP/1.1\r\nHost: a\r\nUser-Agent: %04000d\r\n\r\n",
			buffer_text(&target), 0));
		echo_read(&response, &client, 200);
		ck_assert_int_eq(memcmp(response.body.data + 4, target.data, TARGET_SIZE), 0);
		ck_assert_int_eq(
			memcmp(response.body.data + 4 + TARGET_SIZE, " HTTP/1.1\n", 10), 0);
		record = echo_record(&server, i);
		ck_assert_uint_eq(record.head_size,
			4 + TARGET_SIZE + strlen(" HTTP/1.1\r\nHost: a\r\nUser-Agent: \r\n\r\n") +
				4000);
	}
}
END_TEST

START_TEST(reads_bodies)
{
	/* By Content-Length and in chunks; with and without the worker; within the limit and
	 * beyond. */
	bool chunked = _i & 1, work = _i & 2, beyond = _i & 4;
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	BUFFER_CLEANUP struct buffer body = {0};
	const char *text, *echoed;
	struct echo_record record;

	for (unsigned i = 0; i < 10000; i++)
		buffer_append_format(&body, "%04u", i);
	ck_assert(raw_send_format(&client, "POST /?%s&limit=%u HTTP/1.1\r\n%s\r\n\r\n%s%s%s",
		work ? "work" : "", 40000 - beyond,
		chunked ? "Transfer-Encoding: chunked" : "Content-Length: 40000",
		chunked ? "9c40\r\n" : "", buffer_text(&body), chunked ? "\r\n0\r\n\r\n" : ""));
	text = echo_read(&response, &client, 200);
	echoed = strstr(text, "\n\n");
	ck_assert_ptr_nonnull(echoed);
	ck_assert_str_eq(echoed + 2, beyond ? "" : buffer_text(&body));
	record = echo_record(&server, 0);
	ck_assert_uint_eq(record.body_size, 40000);
	ck_assert_uint_eq(record.bytes_received, record.head_size + 40000);
	/* The connection goes on, even behind a body that nobody wanted. */
	ck_assert(raw_send_format(&client, "GET / HTTP/1.1\r\n\r\n"));
	echo_read(&response, &client, 200);
}
END_TEST

static const struct {
	const char *head; /* behind the method and the target */
	const char *body;
	int64_t content_length;
	bool chunked;
	bool expects_continue;
} framed[] = {
	{"HTTP/1.1\r\n\r\n", "", -1, false, false},
	{"HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "", 0, false, false},
	{"HTTP/1.1\r\ncontent-length: 3\r\n\r\n", "abc", 3, false, false},
	{"HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\n", "abc", 3, false, false},
	{"HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n", "0\r\n\r\n", -1, true, false},
	{"HTTP/1.1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n", -1,
		true, false},
	{"HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n", "abc", 3, false, true},
	{"HTTP/1.1\r\nContent-Length: 3\r\nExpect: else\r\n\r\n", "abc", 3, false, false},
	{"HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", "abc", 3, false, false},
};

START_TEST(says_how_bodies_are_framed)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct echo_record record;

	ck_assert(raw_send_format(&client, "POST / %s%s", framed[_i].head, framed[_i].body));
	if (framed[_i].expects_continue)
		echo_read(&response, &client, 100);
	echo_read(&response, &client, 200);
	record = echo_record(&server, 0);
	ck_assert_msg(record.content_length == framed[_i].content_length, "%s", framed[_i].head);
	ck_assert_msg(record.chunked == framed[_i].chunked, "%s", framed[_i].head);
	ck_assert_msg(
		record.expects_continue == framed[_i].expects_continue, "%s", framed[_i].head);
}
END_TEST

START_TEST(continues_when_expected)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	ck_assert(raw_send_format(
		&client, "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
	echo_read(&response, &client, 100);
	ck_assert(raw_send_format(&client, "abc"));
	ck_assert_ptr_nonnull(strstr(echo_read(&response, &client, 200), "\n\nabc"));
	ck_assert_uint_eq(echo_record(&server, 0).bytes_sent, raw_response_size(&response));
	ck_assert(raw_send_format(&client, "GET / HTTP/1.1\r\n\r\n"));
	echo_read(&response, &client, 200);
}
END_TEST

static const char *const unread[] = {
	"Expect: 100-continue\r\nContent-Length: 3",
	"Expect: 100-continue\r\nTransfer-Encoding: chunked",
	"Transfer-Encoding: gzip",
};

START_TEST(refuses_before_the_body)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct echo_record record;

	ck_assert(raw_send_format(
		&client, "POST /?refuse&status=413 HTTP/1.1\r\n%s\r\n\r\n", unread[_i]));
	echo_read(&response, &client, 413);
	ck_assert(bytes_equal(raw_header(&response, "Connection"), bytes_text("close")));
	ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	record = echo_record(&server, 0);
	ck_assert_int_eq(record.end, HTTP_END_SENT);
	ck_assert_uint_eq(record.bytes_sent, raw_response_size(&response));
	ck_assert_uint_eq(record.bytes_received, record.head_size);
}
END_TEST

START_TEST(takes_as_many_headers_as_there_are)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	BUFFER_CLEANUP struct buffer headers = {0};
	const char *text;

	for (unsigned i = 0; i < 1000; i++)
		buffer_append_format(&headers, "X-%u: y\r\n", i);
	/* How the body is framed stands in the last one. */
	ck_assert(raw_send_format(&client, "POST / HTTP/1.1\r\n%sContent-Length: 3\r\n\r\nabc",
		buffer_text(&headers)));
	text = echo_read(&response, &client, 200);
	ck_assert_ptr_nonnull(strstr(text, "X-0: y\n"));
	ck_assert_ptr_nonnull(strstr(text, "X-999: y\nContent-Length: 3\n\nabc"));
	ck_assert_int_eq(echo_record(&server, 0).content_length, 3);
}
END_TEST

/* --- byte counts ---------------------------------------------------------------- */

static const struct {
	const char *request;
	bool head; /* the answer has no body */
} counted[] = {
	{"GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"GET /?work HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"GET /?size=0 HTTP/1.1\r\n\r\n"},
	{"GET /?size=1 HTTP/1.1\r\n\r\n"},
	{"GET /?size=9 HTTP/1.1\r\n\r\n"},
	{"GET /?size=10 HTTP/1.1\r\n\r\n"},
	{"GET /?size=5000000 HTTP/1.1\r\n\r\n"},
	{"GET /?size=5000000&close HTTP/1.1\r\n\r\n"},
	{"GET /?size=0 HTTP/1.0\r\n\r\n"},
	{"GET /?size=10 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"},
	{"GET /?size=10&close HTTP/1.0\r\nConnection: close\r\n\r\n"},
	{"GET /?size=10 HTTP/1.1\r\nConnection: close\r\n\r\n"},
	{"GET /?status=404 HTTP/1.1\r\n\r\n"},
	{"GET /?status=414 HTTP/1.1\r\n\r\n"},
	{"GET /?status=503&close HTTP/1.1\r\n\r\n"},
	{"GET /?status=299 HTTP/1.1\r\n\r\n"},
	{"GET /?status=777 HTTP/1.1\r\n\r\n"},
	{"GET /?status=204 HTTP/1.1\r\n\r\n"},
	{"GET /?status=304 HTTP/1.1\r\n\r\n"},
	{"HEAD /?size=100 HTTP/1.1\r\n\r\n", true},
	{"HEAD /?size=100 HTTP/1.0\r\n\r\n", true},
	{"POST /?work HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde"},
	{"POST /?refuse&status=401 HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde"},
	{"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"},
	{"GET / HTTP/1.1\nHost: a\n\n"},
	{"GET / HTTP/1.1\r\nHost:    a   \r\nX-Folded: a\r\n  b\r\n\r\n"},
	{"GET http://a:80/?x HTTP/1.1\r\nHost: a\r\nCookie: a=b; c=d\r\n\r\n"},
};

START_TEST(counts_every_byte)
{
	const char *request = counted[_i].request;
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct echo_record record;

	ck_assert(raw_send_format(&client, "%s", request));
	ck_assert_msg(
		counted[_i].head ? raw_read_head(&response, &client) : raw_read(&response, &client),
		"%s", request);
	ck_assert_msg(counted[_i].head || response.status == 204 || response.status == 304 ||
			raw_header(&response, "Content-Length").data,
		"%s", request);
	record = echo_record(&server, 0);
	ck_assert_int_eq(record.end, HTTP_END_SENT);
	ck_assert_msg(record.bytes_sent == raw_response_size(&response),
		"%s: %lu bytes sent, %zu received", request, (unsigned long)record.bytes_sent,
		raw_response_size(&response));
	ck_assert_msg(record.bytes_received == strlen(request), "%s: %lu bytes received, %zu sent",
		request, (unsigned long)record.bytes_received, strlen(request));
	ck_assert_uint_eq(record.head_size + record.body_size, record.bytes_received);
	/* Nothing came behind the answer. */
	if (bytes_equal(raw_header(&response, "Connection"), bytes_text("close")))
		ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	ck_assert_uint_eq(client.received.size, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http");
	TCase *tests = tcase_create("http");

	tcase_set_timeout(tests, 2 * RAW_PATIENCE_MS / 1000);
	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, keeps_connections_alive);
	tcase_add_test(tests, answers_pipelined_requests_in_order);
	tcase_add_test(tests, reads_requests_byte_by_byte);
	tcase_add_loop_test(tests, closes_when_asked, 0, COUNT(closings));
	tcase_add_loop_test(tests, closes_without_an_answer, 0, 2);
	tcase_add_test(tests, keeps_targets_raw);
	tcase_add_test(tests, takes_many_parameters);
	tcase_add_test(tests, takes_the_longest_url);
	tcase_add_loop_test(tests, reads_bodies, 0, 8);
	tcase_add_loop_test(tests, says_how_bodies_are_framed, 0, COUNT(framed));
	tcase_add_test(tests, continues_when_expected);
	tcase_add_loop_test(tests, refuses_before_the_body, 0, COUNT(unread));
	tcase_add_test(tests, takes_as_many_headers_as_there_are);
	tcase_add_loop_test(tests, counts_every_byte, 0, COUNT(counted));
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
