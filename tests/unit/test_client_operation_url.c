/* URLs of operations, in the three manners of escaping base64. */
#include "client/operation_url.h"
#include "common/base64.h"
#include "tests/run_suite.h"
#include "tests/unit/x509_support.h"

/* Base64 of these bytes has every character that a query may trip over: "+/v7/w==". */
#define MESSAGE BYTES("\xfb\xfb\xfb\xff", 4)

static const struct {
	const char *base;
	const char *operation;
	const char *message;
	const char *url;
} operations[] = {
	{"http://h/mscep.dll", "GetCACaps", NULL, "http://h/mscep.dll?operation=GetCACaps"},
	{"http://h/mscep.dll", "GetCACert", "SCEP Authority",
		"http://h/mscep.dll?operation=GetCACert&message=SCEP%20Authority"},
	{"http://h/x", "GetCACert", "a&b=c+d/\xc3\xa4",
		"http://h/x?operation=GetCACert&message=a%26b%3Dc%2Bd%2F%C3%A4"},
	{"http://h/x", "GetCACert", "", "http://h/x?operation=GetCACert&message="},
	{"http://h/x?site=1", "GetCACaps", NULL, "http://h/x?site=1&operation=GetCACaps"},
};

START_TEST(names_the_operation)
{
	BUFFER_CLEANUP struct buffer url = {0};

	operation_url(&url, operations[_i].base, operations[_i].operation, operations[_i].message);
	ck_assert_str_eq(buffer_text(&url), operations[_i].url);
}
END_TEST

static const struct {
	enum get_encoding encoding;
	const char *message;
} encodings[] = {
	{GET_ENCODING_ESCAPED, "%2B%2Fv7%2Fw%3D%3D"},
	{GET_ENCODING_IPHONE, "+/v7/w%3D%3D"},
	{GET_ENCODING_RAW, "+/v7/w=="},
};

START_TEST(escapes_in_the_manner_asked_for)
{
	static const char lead[] = "http://h/x?operation=PKIOperation&message=";
	BUFFER_CLEANUP struct buffer url = {0}, wanted = {0}, decoded = {0};
	struct bytes value;

	operation_url_with_message(&url, "http://h/x", MESSAGE, encodings[_i].encoding);
	buffer_append_format(&wanted, "%s%s", lead, encodings[_i].message);
	ck_assert_str_eq(buffer_text(&url), buffer_text(&wanted));
	value = BYTES(url.data + strlen(lead), url.size - strlen(lead));
	ck_assert_int_eq(base64_decode_query(&decoded, value, NULL), DONE);
	ck_assert(bytes_equal(buffer_bytes(&decoded), MESSAGE));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client operation_url");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_loop_test(all, names_the_operation, 0, ROWS(operations));
	tcase_add_loop_test(all, escapes_in_the_manner_asked_for, 0, ROWS(encodings));
	return run_suite(suite);
}
