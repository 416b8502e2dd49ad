/* Patterns: what fits them, and what is none. */
#include <check.h>

#include "common/glob.h"
#include "tests/run_suite.h"

static const struct {
	const char *pattern;
	const char *text;
	bool fits;
	bool folded; /* as well */
} texts[] = {
	{"", "", true, true}, {"", "a", false, false}, {"*", "", true, true},
	{"*", "CN=a", true, true}, {"CN=*", "CN=device-1", true, true},
	{"cn=*", "CN=device-1", false, true}, {"a?c", "abc", true, true},
	{"a?c", "ac", false, false}, {"a*b*c", "aXbYbZc", true, true},
	{"a*b*c", "aXbYbZ", false, false}, {"**", "", true, true}, {"\\*", "*", true, true},
	{"\\*", "a", false, false},
	{"?", "\xe2\x82\xac", true, true}, /* a character of three bytes */
	{"??", "\xe2\x82\xac", false, false},
	{"*?bc",
		"\xe2\x82\xac"
		"bc",
		true, true},
	{"*??bc",
		"\xe2\x82\xac"
		"bc",
		false, false}, /* a star takes no part of a character */
	{"*??bc",
		"\xc3\xa4\xe2\x82\xac"
		"bc",
		true, true},
	{"?", "\xff", true, true}, /* a byte where there is none */
};

START_TEST(fits_texts)
{
	struct bytes text = bytes_text(texts[_i].text);

	ck_assert_int_eq(glob_check(texts[_i].pattern, NULL), DONE);
	ck_assert_msg(glob_match(texts[_i].pattern, text, false) == texts[_i].fits, "row %d", _i);
	ck_assert_msg(glob_match(texts[_i].pattern, text, true) == texts[_i].folded,
		"row %d, folded", _i);
}
END_TEST

static const char *const bad[] = {"[a]", "a[", "\\", "a\\", "\\a"};

START_TEST(refuses_what_is_none)
{
	struct diag diag = {0};

	ck_assert_int_eq(glob_check(bad[_i], &diag), REFUSED);
	ck_assert_str_ne(diag.found, "");
	ck_assert_str_eq(diag.object, "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("glob");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_loop_test(all, fits_texts, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_loop_test(all, refuses_what_is_none, 0, sizeof(bad) / sizeof(bad[0]));
	return run_suite(suite);
}
