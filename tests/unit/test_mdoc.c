/* What the tables become in a manual page; mandoc judges the whole page (tests/meson.build). */
#include <check.h>

#include "common/mdoc.h"
#include "tests/run_suite.h"

static const struct {
	const char *text;
	const char *mdoc;
} texts[] = {
	{"plain words", "plain words\n"},
	{".El", "\\&.El\n"},
	{"'quoted'", "\\&'quoted'\n"},
	{"HKLM\\SOFTWARE", "HKLM\\eSOFTWARE\n"},
	{"3.14", "3.14\n"},
};

START_TEST(escapes_texts)
{
	BUFFER_CLEANUP struct buffer out = {0};

	mdoc_text(&out, texts[_i].text);
	ck_assert_str_eq(buffer_text(&out), texts[_i].mdoc);
}
END_TEST

START_TEST(lists_options)
{
	static const struct option_row rows[] = {
		{.name = "quiet", .letter = 'q', .help = "says nothing"},
		{.name = "seed", .argument = "N", .environment = "TEST_SEED", .help = "a number"},
	};
	BUFFER_CLEANUP struct buffer out = {0};

	mdoc_options(&out, rows, sizeof(rows) / sizeof(rows[0]));
	ck_assert_str_eq(buffer_text(&out),
		".Bl -tag -width Ds\n"
		".It Fl q , Fl -quiet\n"
		"says nothing\n"
		".It Fl -seed Ar N\n"
		"a number\n"
		".Pq Ev TEST_SEED\n"
		".El\n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mdoc");
	TCase *cases = tcase_create("mdoc");

	tcase_add_loop_test(cases, escapes_texts, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(cases, lists_options);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
