/* The HTTP client against answers good and bad, and what it sends. */
#include <stdio.h>
#include <string.h>

#include "client/http.h"
#include "common/memory.h"
#include "tests/run_suite.h"
#include "tests/unit/canned_server.h"
#include "tests/unit/x509_support.h"

#define TEXT(literal)                                                                              \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}

static const struct http_settings settings = {.user_agent = "test/1", .timeout_ms = 20000};

static struct http_client *client;
static struct canned_server server;
static struct http_reply reply;
static struct diag diag;

static void
set_up(void)
{
	ASSERT_DONE(http_client_new(&client, &settings, &diag), &diag);
}

static void
tear_down(void)
{
	canned_server_done(&server);
	http_reply_done(&reply);
	http_client_free(client);
}

/* Sends a request to the canned server and stops it. */
static int
exchange(const struct canned_answer *answers, size_t count, struct http_request request)
{
	TEXT_CLEANUP char *url = NULL;
	int result;

	canned_server_start(&server, answers, count);
	url = text_format("http://127.0.0.1:%u/certsrv/mscep/mscep.dll?operation=x&message=+/%%2b=",
		server.port);
	request.url = url;
	result = http_client_send(client, &reply, &request, &diag);
	canned_server_stop(&server);
	return result;
}

START_TEST(sends_a_get_as_it_is)
{
	static const struct canned_answer answer = {TEXT("HTTP/1.1 200 OK\r\n"
							 "content-type:  text/plain; charset=x \r\n"
							 "Content-Length: 3\r\n\r\nabc")};
	const char *request;

	ASSERT_DONE(exchange(&answer, 1, (struct http_request){.method = "GET"}), &diag);
	ck_assert_uint_eq(reply.status, 200);
	ck_assert_str_eq(reply.content_type, "text/plain; charset=x");
	ck_assert_str_eq(buffer_text(&reply.body), "abc");
	ck_assert_int_gt(reply.microseconds, 0);
	request = buffer_text(&server.requests[0]);
	ck_assert_ptr_eq(
		strstr(request,
			"GET /certsrv/mscep/mscep.dll?operation=x&message=+/%2b= HTTP/1.1\r\n"),
		request);
	ck_assert_msg(strstr(request, "\r\nUser-Agent: test/1\r\n"), "%s", request);
	ck_assert_msg(!strstr(request, "Authorization"), "%s", request);
}
END_TEST

START_TEST(sends_a_post_once)
{
	static const struct canned_answer answer = {TEXT("HTTP/1.1 500 No\r\n\r\npage")};
	const char *request;

	ASSERT_DONE(exchange(&answer, 1,
			    (struct http_request){.method = "POST",
				    .content_type = "application/x-pki-message",
				    .body = BYTES("\0\1\2", 3)}),
		&diag);
	ck_assert_uint_eq(reply.status, 500);
	ck_assert_str_eq(reply.content_type, "");
	ck_assert_str_eq(buffer_text(&reply.body), "page");
	request = buffer_text(&server.requests[0]);
	ck_assert_ptr_eq(strstr(request, "POST "), request);
	ck_assert_msg(
		strstr(request, "\r\nContent-Type: application/x-pki-message\r\n"), "%s", request);
	ck_assert_mem_eq(
		server.requests[0].data + server.requests[0].size - 7, "\r\n\r\n\0\1\2", 7);
}
END_TEST

static const struct {
	const char *name;
	struct canned_answer answer;
	int outcome;
} failures[] = {
	{"closed at once", {TEXT("")}, HTTP_NO_ANSWER},
	{"cut body", {TEXT("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")}, HTTP_NO_ANSWER},
	{"cut chunk", {TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc")},
		HTTP_NO_ANSWER},
	{"no HTTP", {TEXT("220 smtp.example\r\n")}, REFUSED},
	{"bad length", {TEXT("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc")}, HTTP_NO_ANSWER},
};

START_TEST(says_what_went_wrong)
{
	/* A second answer would be there for a client that repeats its request. */
	const struct canned_answer answers[] = {
		failures[_i].answer, {TEXT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")}};
	int result = exchange(answers, 2, (struct http_request){.method = "GET"});

	ck_assert_msg(result == failures[_i].outcome, "%s: %d, %s", failures[_i].name, result,
		diag.found);
	ck_assert_msg(strstr(diag.found, "127.0.0.1"), "%s: %s", failures[_i].name, diag.found);
	ck_assert_msg(!strstr(diag.found, "message="), "%s: %s", failures[_i].name, diag.found);
	ck_assert_msg(server.request_count == 1, "%s: sent %zu times", failures[_i].name,
		server.request_count);
}
END_TEST

START_TEST(uses_a_connection_for_each_request)
{
	static const struct canned_answer answers[] = {
		{TEXT("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")},
		{TEXT("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb")},
	};
	struct http_request request = {.method = "GET"};
	TEXT_CLEANUP char *url = NULL;

	canned_server_start(&server, answers, 2);
	url = text_format("http://127.0.0.1:%u/", server.port);
	request.url = url;
	ASSERT_DONE(http_client_send(client, &reply, &request, &diag), &diag);
	http_reply_done(&reply);
	ASSERT_DONE(http_client_send(client, &reply, &request, &diag), &diag);
	canned_server_stop(&server);
	ck_assert_str_eq(buffer_text(&reply.body), "b");
}
END_TEST

START_TEST(gives_up_in_time)
{
	static const struct http_settings hasty = {.user_agent = "test/1", .timeout_ms = 50};
	static const struct canned_answer silent = {.keep_open = true};

	http_client_free(client);
	ASSERT_DONE(http_client_new(&client, &hasty, &diag), &diag);
	ck_assert_int_eq(exchange(&silent, 1, (struct http_request){.method = "GET"}), REFUSED);
	ck_assert_msg(strstr(diag.found, "timed out"), "%s", diag.found);
}
END_TEST

START_TEST(refuses_a_flood)
{
	BUFFER_CLEANUP struct buffer flood = {0};
	struct canned_answer answer = {0};

	buffer_append_text(&flood, "HTTP/1.1 200 OK\r\n\r\n");
	buffer_append_space(&flood, HTTP_REPLY_MAX + 1);
	answer.bytes = buffer_bytes(&flood);
	ck_assert_int_eq(exchange(&answer, 1, (struct http_request){.method = "GET"}), REFUSED);
	ck_assert_msg(strstr(diag.found, "more than"), "%s", diag.found);
	ck_assert_uint_le(reply.body.size, HTTP_REPLY_MAX);
}
END_TEST

START_TEST(follows_where_told_to)
{
	static const char moved[] = "HTTP/1.1 301 Moved\r\nContent-Type: text/html\r\n"
				    "Location: /elsewhere/\r\nContent-Length: 4\r\n\r\npage";
	static const struct canned_answer answers[] = {
		{TEXT(moved)}, {TEXT("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere")}};

	ASSERT_DONE(exchange(answers, 2, (struct http_request){.method = "GET", .follow = true}),
		&diag);
	ck_assert_uint_eq(reply.status, 200);
	ck_assert_str_eq(buffer_text(&reply.body), "here");
	ck_assert_str_eq(reply.content_type, "");
	ck_assert_ptr_eq(strstr(buffer_text(&server.requests[1]), "GET /elsewhere/ HTTP/1.1"),
		server.requests[1].data);
}
END_TEST

START_TEST(follows_nowhere_else)
{
	static const struct canned_answer answers[] = {
		{TEXT("HTTP/1.1 301 Moved\r\nLocation: /elsewhere/\r\n\r\n")}, {TEXT("")}};

	ASSERT_DONE(exchange(answers, 2, (struct http_request){.method = "GET"}), &diag);
	ck_assert_uint_eq(reply.status, 301);
	ck_assert_str_eq(reply.location, "/elsewhere/");
	ck_assert_uint_eq(server.request_count, 1);
}
END_TEST

START_TEST(logs_on_when_asked)
{
	static const struct canned_answer answers[] = {
		{TEXT("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
		      "Content-Length: 0\r\nConnection: close\r\n\r\n")},
		{TEXT("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage")},
	};

	ASSERT_DONE(exchange(answers, 2,
			    (struct http_request){.method = "GET", .credentials = "anna:secret"}),
		&diag);
	ck_assert_uint_eq(reply.status, 200);
	ck_assert(!strstr(buffer_text(&server.requests[0]), "Authorization: Basic"));
	ck_assert(strstr(
		buffer_text(&server.requests[1]), "\r\nAuthorization: Basic YW5uYTpzZWNyZXQ=\r\n"));
}
END_TEST

static const struct {
	const char *header;
	bool is;
} types[] = {
	{"application/x-pki-message", true},
	{"Application/X-PKI-Message", true},
	{"application/x-pki-message; charset=utf-8", true},
	{"application/x-pki-message;x=y", true},
	{"application/x-pki-messages", false},
	{"application/x-pki", false},
	{"", false},
	{"text/html", false},
};

START_TEST(compares_media_types)
{
	snprintf(reply.content_type, sizeof(reply.content_type), "%s", types[_i].header);
	ck_assert_msg(http_reply_is(&reply, "application/x-pki-message") == types[_i].is, "\"%s\"",
		types[_i].header);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client http");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, sends_a_get_as_it_is);
	tcase_add_test(all, sends_a_post_once);
	tcase_add_loop_test(all, says_what_went_wrong, 0, ROWS(failures));
	tcase_add_test(all, uses_a_connection_for_each_request);
	tcase_add_test(all, gives_up_in_time);
	tcase_add_test(all, refuses_a_flood);
	tcase_add_test(all, follows_where_told_to);
	tcase_add_test(all, follows_nowhere_else);
	tcase_add_test(all, logs_on_when_asked);
	tcase_add_loop_test(all, compares_media_types, 0, ROWS(types));
	return run_suite(suite);
}
