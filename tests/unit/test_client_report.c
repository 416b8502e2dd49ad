/* What goes to stdout and stderr, for people and for machines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/report.h"
#include "common/memory.h"
#include "tests/run_suite.h"
#include "tests/unit/x509_support.h"

static struct report report;
static char *out, *err;
static size_t out_size, err_size;

static void
start(bool json, bool quiet)
{
	report_init(&report, "enroll", json, quiet);
	report.out = open_memstream(&out, &out_size);
	report.err = open_memstream(&err, &err_size);
}

static void
stop(void)
{
	fclose(report.out);
	fclose(report.err);
}

static void
tear_down(void)
{
	report_done(&report);
	free(out);
	free(err);
}

/* Tells of a run that ends badly. */
static void
tell(void)
{
	const struct http_request request = {
		.method = "POST", .url = "http://h/x", .body = BYTES("abc", 3)};
	struct http_reply reply = {
		.status = 200, .content_type = "text/plain", .microseconds = 1250};
	struct diag diag = {0};

	buffer_append_text(&reply.body, "12345");
	report_step(&report, "key", "a new %s key", "RSA");
	report_exchange(&report, "PKCSReq", &request, &reply, "FAILURE");
	report_exchange(&report, "CertPoll", &request, NULL, "%s", "");
	report_warn(&report, "mind %d", 1);
	report_set_hex(&report, "serial", BYTES("\x01\xff", 2));
	diag_refuse(&diag, "the server", NULL, "SUCCESS", "FAILURE (2)");
	report_finish(&report, "refused", &diag);
	http_reply_done(&reply);
}

START_TEST(tells_people)
{
	start(false, false);
	tell();
	stop();
	ck_assert_str_eq(out,
		"key           a new RSA key\n"
		"PKCSReq       POST http://h/x 3 bytes -> 200, 5 bytes, 1.2 ms: FAILURE\n"
		"CertPoll      POST http://h/x 3 bytes -> no answer\n");
	ck_assert_str_eq(err,
		"warning       mind 1\n"
		"mock-ndes enroll: refused: the server: FAILURE (2); expected SUCCESS\n");
}
END_TEST

START_TEST(tells_a_failure_even_when_quiet)
{
	start(false, true);
	tell();
	stop();
	ck_assert_str_eq(out, "");
	ck_assert_str_eq(
		err, "mock-ndes enroll: refused: the server: FAILURE (2); expected SUCCESS\n");
}
END_TEST

START_TEST(tells_machines)
{
	json_t *object, *step;
	const char *text, *url;
	int status, received;

	start(true, false);
	tell();
	stop();
	object = json_loads(out, 0, NULL);
	ck_assert_ptr_nonnull(object);
	ck_assert_str_eq(json_string_value(json_object_get(object, "command")), "enroll");
	ck_assert_str_eq(json_string_value(json_object_get(object, "result")), "refused");
	ck_assert_str_eq(json_string_value(json_object_get(object, "failure")),
		"the server: FAILURE (2); expected SUCCESS");
	ck_assert_str_eq(json_string_value(json_object_get(object, "serial")), "01ff");
	ck_assert_uint_eq(json_array_size(json_object_get(object, "steps")), 3);
	ck_assert_uint_eq(json_array_size(json_object_get(object, "warnings")), 1);
	step = json_array_get(json_object_get(object, "steps"), 1);
	ck_assert_int_eq(json_unpack(step, "{s:s, s:s, s:i, s:i}", "text", &text, "url", &url,
				 "status", &status, "bytes_received", &received),
		0);
	ck_assert_str_eq(text, "FAILURE");
	ck_assert_str_eq(url, "http://h/x");
	ck_assert_int_eq(status, 200);
	ck_assert_int_eq(received, 5);
	step = json_array_get(json_object_get(object, "steps"), 2);
	ck_assert_ptr_null(json_object_get(step, "status"));
	json_decref(object);
}
END_TEST

START_TEST(shortens_urls_for_people)
{
	BUFFER_CLEANUP struct buffer url = {0};
	struct http_request request = {.method = "GET"};

	buffer_append_text(&url, "http://h/");
	while (url.size < 9000)
		buffer_append_byte(&url, 'x');
	request.url = buffer_text(&url);
	start(false, false);
	report_exchange(&report, "PKCSReq", &request, NULL, "%s", "");
	stop();
	ck_assert_uint_lt(out_size, 200);
	ck_assert(strstr(out, "... (9000 characters) -> no answer\n"));
	ck_assert_str_eq(
		json_string_value(json_object_get(
			json_array_get(json_object_get(report.object, "steps"), 0), "url")),
		request.url);
}
END_TEST

START_TEST(survives_what_is_no_text)
{
	start(true, false);
	report_step(&report, "x", "a\xff");
	report_set_text(&report, "y", "\xc3");
	report_set_bytes(&report, "z", BYTES("\xff", 1));
	report_set_bytes(&report, "none", BYTES_NONE);
	report_finish(&report, "failed", NULL);
	stop();
	ck_assert(strstr(out, "\"61ff\"") && strstr(out, "\"y\":\"c3\"") &&
		strstr(out, "\"z\":\"ff\"") && strstr(out, "\"none\":null"));
	ck_assert_str_eq(err, "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client report");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, NULL, tear_down);
	tcase_add_test(all, tells_people);
	tcase_add_test(all, tells_a_failure_even_when_quiet);
	tcase_add_test(all, tells_machines);
	tcase_add_test(all, shortens_urls_for_people);
	tcase_add_test(all, survives_what_is_no_text);
	return run_suite(suite);
}
