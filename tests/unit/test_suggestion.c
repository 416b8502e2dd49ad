/* Which known word is near to which slip. */
#include <check.h>

#include "common/suggestion.h"
#include "tests/run_suite.h"

static const char *const known[] = {"listen", "log-dir", "password_max", "password_length", "seed"};

static struct suggestion
nearest_to(const char *word)
{
	struct suggestion suggestion = suggestion_start(word);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		suggestion_offer(&suggestion, known[i]);
	return suggestion;
}

static const struct {
	const char *word;
	const char *nearest;
} slips[] = {
	{"listen", "listen"},
	{"lisen", "listen"},
	{"listenn", "listen"},
	{"litsen", "listen"},
	{"LISTEN", "listen"},
	{"log_dir", "log-dir"},
	{"password-max", "password_max"},
	{"passwordmax", "password_max"},
	{"pasword_lenght", "password_length"},
	{"password_l", "password_length"},
	{"password", "password_max"},
	{"see", "seed"},
	{"sede", "seed"},
	{"se", NULL},
	{"", NULL},
	{"colour", NULL},
	{"list", "listen"},
	{"lsit", NULL},
	{"password_maximum_of_the_cache_that_holds_the_unused_ones_of_today", NULL},
};

START_TEST(finds_the_nearest)
{
	struct suggestion suggestion = nearest_to(slips[_i].word);

	if (slips[_i].nearest)
		ck_assert_msg(
			suggestion.nearest && strcmp(suggestion.nearest, slips[_i].nearest) == 0,
			"%s gave %s", slips[_i].word, suggestion.nearest);
	else
		ck_assert_msg(
			!suggestion.nearest, "%s gave %s", slips[_i].word, suggestion.nearest);
}
END_TEST

START_TEST(says_it)
{
	struct suggestion near = nearest_to("lisen"), far = nearest_to("colour"),
			  tied = nearest_to("password");
	char text[DIAG_TEXT_SIZE];
	struct diag diag;

	ck_assert_int_eq(REFUSED,
		suggestion_refuse(&near, "--lisen", "no such option", "--", "another", &diag));
	ck_assert_str_eq(diag_text(text, &diag), "--lisen: no such option; did you mean --listen?");
	suggestion_refuse(&tied, "password", "no such setting", "", "another", &diag);
	ck_assert_str_eq(diag_text(text, &diag),
		"password: no such setting; did you mean password_max or password_length?");
	ck_assert_int_eq(REFUSED,
		suggestion_refuse(&far, "--colour", "no such option", "--", "another", &diag));
	ck_assert_str_eq(diag_text(text, &diag), "--colour: no such option; expected another");
}
END_TEST

START_TEST(leaves_out_what_is_too_many)
{
	static const char *const words[] = {
		"tls-a", "tls-b", "tls-c", "tls-d", "tls-e", "tls-f", "tls-g"};
	struct suggestion suggestion = suggestion_start("tls");
	char text[DIAG_TEXT_SIZE];
	struct diag diag;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		suggestion_offer(&suggestion, words[i]);
	suggestion_refuse(&suggestion, "tls", "no such profile", "", "another", &diag);
	ck_assert_str_eq(diag_text(text, &diag),
		"tls: no such profile; did you mean tls-a, tls-b, tls-c, tls-d, tls-e or tls-f?");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("suggestion");
	TCase *cases = tcase_create("suggestion");

	tcase_add_loop_test(cases, finds_the_nearest, 0, sizeof(slips) / sizeof(slips[0]));
	tcase_add_test(cases, says_it);
	tcase_add_test(cases, leaves_out_what_is_too_many);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
