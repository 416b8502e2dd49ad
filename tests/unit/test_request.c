/* The raw request target and its parameters, in the manners of real clients. */
#include <check.h>
#include <string.h>

#include "server/request.h"
#include "tests/run_suite.h"

static const struct {
	const char *target;
	const char *path;
	const char *query; /* NULL: there is none */
} targets[] = {
	{"/certsrv/mscep/mscep.dll", "/certsrv/mscep/mscep.dll", NULL},
	{"/certsrv/mscep/?operation=GetCACaps", "/certsrv/mscep/", "operation=GetCACaps"},
	{"/a?", "/a", ""},
	{"/a??operation=x?y", "/a", "?operation=x?y"},
	{"/%2B+?message=%2B+%0a", "/%2B+", "message=%2B+%0a"},
	{"http://ndes.example:8080/certsrv/?a=1", "/certsrv/", "a=1"},
	{"HTTPS://[::1]/certsrv/?u=http://b/", "/certsrv/", "u=http://b/"},
	{"http://ndes.example?a=1", "", "a=1"},
	{"/http://ndes.example/", "/http://ndes.example/", NULL},
	{"*", "*", NULL},
	{"", "", NULL},
};

START_TEST(splits_targets)
{
	struct request request = {0};

	request_set_target(&request, targets[_i].target);
	ck_assert_ptr_eq(request.target, targets[_i].target);
	ck_assert_msg(bytes_equal(request.path, bytes_text(targets[_i].path)), "path of \"%s\"",
		targets[_i].target);
	ck_assert_msg(bytes_equal(request.query, bytes_text(targets[_i].query)), "query of \"%s\"",
		targets[_i].target);
	ck_assert_msg((request.query.data != NULL) == (targets[_i].query != NULL),
		"whether \"%s\" has a query", targets[_i].target);
}
END_TEST

static const struct {
	const char *sent;
	const char *target;
	const char *path;
} prefixed[] = {
	{"/site/lab/a/b?c", "/a/b?c", "/a/b"},
	{"/site/lab", "", ""},
	{"http://host/site/lab/a?c", "http://host/site/lab/a?c", "/a"},
};

START_TEST(takes_a_prefix_off)
{
	struct request request = {0};
	struct bytes prefix;

	request_set_target(&request, prefixed[_i].sent);
	prefix = request_take_prefix(&request, strlen("/site/lab"));
	ck_assert(bytes_equal(prefix, bytes_text("/site/lab")));
	ck_assert_str_eq(request.sent_target, prefixed[_i].sent);
	ck_assert_str_eq(request.target, prefixed[_i].target);
	ck_assert(bytes_equal(request.path, bytes_text(prefixed[_i].path)));
}
END_TEST

static const struct {
	const char *target;
	const char *name;
	const char *value; /* NULL: not there */
} parameters[] = {
	{"/?operation=GetCACaps", "operation", "GetCACaps"},
	{"/?operation=PKIOperation&message=MII+/A==", "message", "MII+/A=="},
	{"/?message=MII%2b%0A&operation=PKIOperation", "message", "MII%2b%0A"},
	{"/?message=MII%2b%0A&operation=PKIOperation", "operation", "PKIOperation"},
	{"/?x=1&&y&operation=GetCACert&=&z=2", "operation", "GetCACert"},
	{"/??operation=GetCACaps", "operation", "GetCACaps"},
	{"/???operation=GetCACaps", "operation", "GetCACaps"},
	{"/?x=1&?operation=GetCACaps", "operation", "GetCACaps"},
	{"/?OPERATION=GetCACaps", "operation", "GetCACaps"},
	{"/?operation=first&Operation=second", "operation", "first"},
	{"/?operation=", "operation", ""},
	{"/?operation", "operation", ""},
	{"/?operation&message=a", "operation", ""},
	{"/?message=?a", "message", "?a"},
	{"/?a=operation=GetCACaps", "operation", NULL},
	{"/?operations=GetCACaps", "operation", NULL},
	{"/?peration=GetCACaps", "operation", NULL},
	{"/?operation?=GetCACaps", "operation", NULL},
	{"/?operation%3DGetCACaps", "operation", NULL},
	{"/?", "operation", NULL},
	{"/operation=GetCACaps", "operation", NULL},
};

START_TEST(finds_parameters)
{
	struct request request = {0};
	struct bytes value = BYTES_NONE;
	bool found;

	request_set_target(&request, parameters[_i].target);
	found = request_parameter(&value, &request, parameters[_i].name);
	ck_assert_msg(found == (parameters[_i].value != NULL), "whether \"%s\" has %s",
		parameters[_i].target, parameters[_i].name);
	ck_assert_msg(bytes_equal(value, bytes_text(parameters[_i].value)), "%s of \"%s\"",
		parameters[_i].name, parameters[_i].target);
}
END_TEST

START_TEST(finds_headers)
{
	struct request request = {
		.headers = (struct request_header[]){{"Host", "ndes"}, {"User-Agent", "first"},
			{"user-agent", "second"}},
		.header_count = 3,
	};

	ck_assert_str_eq(request_header(&request, "HOST"), "ndes");
	ck_assert_str_eq(request_header(&request, "User-Agent"), "first");
	ck_assert_ptr_null(request_header(&request, "User-Agen"));
	request.header_count = 0;
	ck_assert_ptr_null(request_header(&request, "Host"));
}
END_TEST

static const struct {
	const char *value;
	bool lists;
} lists[] = {
	{"close", true},
	{"CLOSE", true},
	{"TE, close", true},
	{"close,te", true},
	{" ,\tclose ,", true},
	{"closed", false},
	{"clos", false},
	{"not close", false},
	{"keep-alive", false},
	{"", false},
};

START_TEST(finds_tokens)
{
	struct request request = {
		.headers = (struct request_header[]){{"Connection", "te"}, {"Host", "close"},
			{"connection", lists[_i].value}},
		.header_count = 3,
	};

	ck_assert_msg(request_header_lists(&request, "Connection", "close") == lists[_i].lists,
		"whether \"%s\" lists close", lists[_i].value);
	ck_assert(request_header_lists(&request, "Connection", "te"));
}
END_TEST

static const struct {
	const char *version;
	struct request_header header;
	int64_t content_length;
	bool chunked;
	bool unknown_coding;
	bool expects_continue;
	bool last;
} framings[] = {
	{"HTTP/1.1", {"Host", "a"}, -1, false, false, false, false},
	{"HTTP/1.0", {"Host", "a"}, -1, false, false, false, true},
	{"HTTP/1.0", {"Connection", "keep-alive"}, -1, false, false, false, true},
	{"HTTP/1.1", {"Connection", "Upgrade, Close"}, -1, false, false, false, true},
	{"HTTP/1.1", {"Content-Length", "0"}, 0, false, false, false, false},
	{"HTTP/1.1", {"content-length", "9223372036854775807"}, INT64_MAX, false, false, false,
		false},
	{"HTTP/1.1", {"Transfer-Encoding", "Chunked"}, -1, true, false, false, false},
	{"HTTP/1.1", {"Transfer-Encoding", "gzip"}, -1, false, true, false, false},
	{"HTTP/1.1", {"Expect", "100-Continue"}, -1, false, false, true, false},
	{"HTTP/1.1", {"Expect", "200-ok"}, -1, false, false, false, false},
	{"HTTP/1.0", {"Expect", "100-continue"}, -1, false, false, false, true},
};

START_TEST(understands_framing)
{
	struct request request = {
		.version = framings[_i].version,
		.headers = &framings[_i].header,
		.header_count = 1,
	};
	const char *name = framings[_i].header.name;

	request_set_framing(&request);
	ck_assert_msg(request.content_length == framings[_i].content_length, "length, %s", name);
	ck_assert_msg(request.chunked == framings[_i].chunked, "chunked, %s", name);
	ck_assert_msg(
		request.unknown_coding == framings[_i].unknown_coding, "unknown coding, %s", name);
	ck_assert_msg(
		request.expects_continue == framings[_i].expects_continue, "continue, %s", name);
	ck_assert_msg(request_is_last(&request) == framings[_i].last, "last, %s", name);
}
END_TEST

START_TEST(prefers_chunks_to_a_length)
{
	struct request request = {
		.version = "HTTP/1.1",
		.headers = (struct request_header[]){{"Content-Length", "5"},
			{"Transfer-Encoding", "chunked"}},
		.header_count = 2,
	};

	request_set_framing(&request);
	ck_assert(request.chunked);
	ck_assert_int_eq(request.content_length, -1);
	ck_assert(!request.invalid_length);
	ck_assert(request_is_last(&request)); /* RFC 9112 6.1 */
}
END_TEST

/* RFC 9112 6.3. */
static const struct {
	const char *first, *second;
	bool invalid;
} lengths[] = {
	{"5", "5", false},
	{"5", "5 \t", false},
	{"5 ", "5", false},
	{"5", "6", true},
	{"5", "55", true},
	{"55", "5", true},
	{"5", "", true},
	{"", "5", true},
	{"5", "x", true},
	{"+5", "+5", true},
	{"-5", "-5", true},
	{"5 5", "5 5", true},
	{"5, 5", "5, 5", true},
	{"0x5", "0x5", true},
};

START_TEST(finds_invalid_lengths)
{
	struct request request = {
		.version = "HTTP/1.1",
		.headers = (struct request_header[]){{"Content-Length", lengths[_i].first},
			{"Host", "a"}, {"content-length", lengths[_i].second}},
		.header_count = 3,
	};

	request_set_framing(&request);
	ck_assert_msg(request.invalid_length == lengths[_i].invalid, "\"%s\" and \"%s\"",
		lengths[_i].first, lengths[_i].second);
	ck_assert(request_is_last(&request) == lengths[_i].invalid);
}
END_TEST

/* RFC 9112 6.1: the last coding counts, and nothing can be read that was packed before it. */
START_TEST(understands_one_coding_alone)
{
	struct request_header headers[] = {
		{"Transfer-Encoding", "chunked"}, {"transfer-encoding", "gzip"}};
	struct request request = {.version = "HTTP/1.1", .headers = headers, .header_count = 2};

	if (_i)
		headers[1].value = "chunked";
	request_set_framing(&request);
	ck_assert(!request.chunked);
	ck_assert(request.unknown_coding);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("request");
	TCase *cases = tcase_create("request");

	tcase_add_loop_test(cases, takes_a_prefix_off, 0, sizeof(prefixed) / sizeof(prefixed[0]));
	tcase_add_loop_test(cases, splits_targets, 0, sizeof(targets) / sizeof(targets[0]));
	tcase_add_loop_test(cases, finds_parameters, 0, sizeof(parameters) / sizeof(parameters[0]));
	tcase_add_test(cases, finds_headers);
	tcase_add_loop_test(cases, finds_tokens, 0, sizeof(lists) / sizeof(lists[0]));
	tcase_add_loop_test(cases, understands_framing, 0, sizeof(framings) / sizeof(framings[0]));
	tcase_add_test(cases, prefers_chunks_to_a_length);
	tcase_add_loop_test(cases, finds_invalid_lengths, 0, sizeof(lengths) / sizeof(lengths[0]));
	tcase_add_loop_test(cases, understands_one_coding_alone, 0, 2);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
