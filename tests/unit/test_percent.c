/* Percent-encoding both ways, and what is no encoding. */
#include <check.h>

#include "common/percent.h"
#include "tests/run_suite.h"

#define TEXT(text)                                                                                 \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}

static const struct {
	struct bytes raw;
	struct bytes decoded;
} escapes[] = {
	{TEXT(""), TEXT("")},
	{TEXT("abc"), TEXT("abc")},
	{TEXT("a+b"), TEXT("a+b")},
	{TEXT("%2B%2f%3D"), TEXT("+/=")},
	{TEXT("%00%ff"), TEXT("\0\xff")},
	{TEXT("%252B"), TEXT("%2B")},
};

START_TEST(decodes)
{
	BUFFER_CLEANUP struct buffer out = {0};

	ck_assert_int_eq(percent_decode(&out, escapes[_i].raw, NULL), DONE);
	ck_assert_msg(bytes_equal(buffer_bytes(&out), escapes[_i].decoded), "row %d", _i);
}
END_TEST

static const struct bytes broken[] = {
	TEXT("%"), TEXT("%4"), TEXT("a%4"), TEXT("%4g"), TEXT("%g4"), TEXT("%%41"), TEXT("%+1")};

START_TEST(refuses_broken_escapes)
{
	BUFFER_CLEANUP struct buffer out = {0};
	struct diag diag = {0};

	buffer_append_text(&out, "before");
	ck_assert_int_eq(percent_decode(&out, broken[_i], &diag), REFUSED);
	ck_assert_str_eq(buffer_text(&out), "before");
	ck_assert_msg(diag.found[0] != '\0', "row %d: no words", _i);
}
END_TEST

static const struct {
	struct bytes raw;
	const char *encoded;
	const char *kept;
} texts[] = {
	{TEXT(""), "", ""},
	{TEXT("AZaz09-._~"), "AZaz09-._~", ""},
	{TEXT("mock-ndes TEST ONLY Root CA"), "mock-ndes%20TEST%20ONLY%20Root%20CA", ""},
	{TEXT("a/b?c#d&e+f%"), "a%2Fb%3Fc%23d%26e%2Bf%25", ""},
	{TEXT("\xc3\xa4\0"), "%C3%A4%00", ""},
	{TEXT("a+/=\0"), "a+/%3D%00", "+/"},
	{TEXT("a+/="), "a+/=", "+/="},
};

START_TEST(encodes)
{
	BUFFER_CLEANUP struct buffer out = {0}, back = {0};

	percent_encode(&out, texts[_i].raw, texts[_i].kept);
	ck_assert_str_eq(buffer_text(&out), texts[_i].encoded);
	ck_assert_int_eq(percent_decode(&back, buffer_bytes(&out), NULL), DONE);
	ck_assert(bytes_equal(buffer_bytes(&back), texts[_i].raw));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("percent");
	TCase *tcase = tcase_create("percent");

	tcase_add_loop_test(tcase, decodes, 0, sizeof(escapes) / sizeof(escapes[0]));
	tcase_add_loop_test(tcase, refuses_broken_escapes, 0, sizeof(broken) / sizeof(broken[0]));
	tcase_add_loop_test(tcase, encodes, 0, sizeof(texts) / sizeof(texts[0]));
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
