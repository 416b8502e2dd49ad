/* Response headers are copies, and none can begin another one. */
#include <check.h>
#include <string.h>

#include "server/response.h"
#include "tests/run_suite.h"

START_TEST(copies_headers)
{
	struct response response = {0};
	char value[] = "/certsrv/mscep_admin/";

	response_add_header(&response, "Location", value);
	memset(value, 'x', sizeof(value) - 1);
	response_add_header(&response, "Server", "Microsoft-IIS/10.0");
	ck_assert_uint_eq(response.header_count, 2);
	ck_assert_str_eq(response.headers[0].name, "Location");
	ck_assert_str_eq(response.headers[0].value, "/certsrv/mscep_admin/");
	ck_assert_str_eq(response.headers[1].value, "Microsoft-IIS/10.0");
	response_done(&response);
	ck_assert_uint_eq(response.header_count, 0);
}
END_TEST

START_TEST(keeps_headers_apart)
{
	struct response response = {0};

	response_add_header(&response, "Location", "/a\r\nSet-Cookie: b\tc\x7f\xc3\xa4");
	ck_assert_str_eq(response.headers[0].value, "/a  Set-Cookie: b c \xc3\xa4");
	response_done(&response);
}
END_TEST

START_TEST(says_who_answers)
{
	struct response response = {0};

	buffer_append_text(&response.body, "page");
	response_set(&response, RESPONSE_FROM_IIS, 404, 13, 0x80070002);
	ck_assert_int_eq(response.from, RESPONSE_FROM_IIS);
	ck_assert_uint_eq(response.status, 404);
	ck_assert_uint_eq(response.substatus, 13);
	ck_assert_uint_eq(response.win32_status, 0x80070002);
	ck_assert_uint_eq(response.body.size, 4);
	response_done(&response);
	ck_assert_int_eq(response.from, RESPONSE_FROM_NOBODY);
	ck_assert_ptr_null(response.body.data);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("response");
	TCase *cases = tcase_create("response");

	tcase_add_test(cases, copies_headers);
	tcase_add_test(cases, keeps_headers_apart);
	tcase_add_test(cases, says_who_answers);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
