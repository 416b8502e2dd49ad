/* Expressions for numbers, held against the numbers by the C library's own engine. */
#include <check.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "common/duration.h"
#include "common/pattern.h"
#include "common/size.h"
#include "tests/run_suite.h"

/* POSIX has groups, but no mark for those that are not kept. */
static void
compile(regex_t *out, struct buffer *expression)
{
	char text[4096];
	size_t size = 0;

	text[size++] = '^';
	for (const char *at = buffer_text(expression); *at; at++) {
		ck_assert_uint_lt(size, sizeof(text) - 2);
		text[size++] = *at;
		if (at[0] == '(' && at[1] == '?')
			at += 2;
	}
	text[size++] = '$';
	text[size] = '\0';
	ck_assert_int_eq(regcomp(out, text, REG_EXTENDED | REG_NOSUB), 0);
}

static const struct {
	int64_t min, max;
} ranges[] = {{0, 0}, {0, 9}, {1, 1}, {5, 7}, {0, 10}, {9, 10}, {10, 99}, {11, 88}, {1, 366},
	{99, 101}, {100, 199}, {100, 200}, {123, 987}, {190, 210}, {8, 1000}, {999, 1001},
	{1, 1099}, {500, 500}};

START_TEST(fits_the_numbers_of_a_range)
{
	BUFFER_CLEANUP struct buffer expression = {0};
	regex_t regex;
	char text[32];

	pattern_number(&expression, ranges[_i].min, ranges[_i].max);
	compile(&regex, &expression);
	for (int number = 0; number < 1300; number++) {
		bool fits = number >= ranges[_i].min && number <= ranges[_i].max;

		for (int zeros = 1; zeros <= 7; zeros += 3) {
			snprintf(text, sizeof(text), "%0*d", zeros, number);
			ck_assert_msg((regexec(&regex, text, 0, NULL, 0) == 0) == fits,
				"%s of %lld to %lld: %s", text, (long long)ranges[_i].min,
				(long long)ranges[_i].max, buffer_text(&expression));
		}
	}
	regfree(&regex);
}
END_TEST

static const struct {
	const char *before, *behind;
} forms[] = {{"", ""}, {"", "ms"}, {"", "s"}, {"", "m"}, {"", "h"}, {"", "d"}, {"-", ""},
	{"-", "m"}, {"", " s"}, {"", "B"}, {"", "KiB"}, {"", "MiB"}, {"", "GiB"}, {"", "KB"},
	{"", ".5s"}};

/* Whoever reads the form and its expression say the same. */
START_TEST(fits_what_is_read)
{
	static const int64_t bounds[][2] = {{1, 3600000}, {0, 60000}, {250, 5000},
		{1, 366 * INT64_C(86400000)}, {-90000, 90000}};
	int64_t min = bounds[_i][0], max = bounds[_i][1], value;
	BUFFER_CLEANUP struct buffer duration = {0}, size = {0};
	regex_t of_duration, of_size;
	char text[32];

	duration_write_pattern(&duration, min, max);
	size_write_pattern(&size, min < 0 ? 0 : min, max);
	compile(&of_duration, &duration);
	compile(&of_size, &size);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		for (int number = 0; number < 6000; number += number < 400 ? 1 : 97) {
			bool good;

			snprintf(text, sizeof(text), "%s%d%s", forms[i].before, number,
				forms[i].behind);
			good = duration_parse(&value, text, min < 0, NULL) == DONE &&
				value >= min && value <= max;
			ck_assert_msg((regexec(&of_duration, text, 0, NULL, 0) == 0) == good,
				"duration %s", text);
			good = size_parse(&value, text, NULL) == DONE && value >= min &&
				value <= max;
			ck_assert_msg((regexec(&of_size, text, 0, NULL, 0) == 0) == good, "size %s",
				text);
		}
	}
	regfree(&of_duration);
	regfree(&of_size);
}
END_TEST

START_TEST(takes_a_text_as_it_is)
{
	BUFFER_CLEANUP struct buffer out = {0};

	pattern_text(&out, "a.B-1(c)", false);
	ck_assert_str_eq(buffer_text(&out), "a\\.B-1\\(c\\)");
	buffer_clear(&out);
	pattern_text(&out, "a-1", true);
	ck_assert_str_eq(buffer_text(&out), "[Aa]-1");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pattern");
	TCase *tcase = tcase_create("pattern");

	tcase_add_loop_test(
		tcase, fits_the_numbers_of_a_range, 0, sizeof(ranges) / sizeof(ranges[0]));
	tcase_add_loop_test(tcase, fits_what_is_read, 0, 5);
	tcase_add_test(tcase, takes_a_text_as_it_is);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
