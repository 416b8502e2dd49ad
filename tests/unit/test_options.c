/* Options from command lines and environments, and every sentence that refuses one. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/options.h"
#include "tests/run_suite.h"

#define WORDS_MAX 8

struct target {
	char challenge[32];
	int64_t polls;
	char urls[64]; /* each followed by a '|' */
	char sets[64];
	unsigned quiet;
};

static int
set_challenge(void *context, const char *value, struct diag *diag)
{
	struct target *target = context;

	ck_assert_uint_lt(strlen(value), sizeof(target->challenge));
	strcpy(target->challenge, value);
	return DONE;
}

static int
set_polls(void *context, const char *value, struct diag *diag)
{
	return options_number(&((struct target *)context)->polls, value, 1, 100, diag);
}

static int
add(char list[64], const char *value)
{
	ck_assert_uint_lt(strlen(list) + strlen(value) + 1, 64);
	strcat(strcat(list, value), "|");
	return DONE;
}

static void
restart_urls(void *context)
{
	((struct target *)context)->urls[0] = '\0';
}

static int
add_url(void *context, const char *value, struct diag *diag)
{
	return add(((struct target *)context)->urls, value);
}

static int
add_set(void *context, const char *value, struct diag *diag)
{
	if (!strchr(value, '='))
		return diag_refuse(diag, value, NULL, "NAME=VALUE", "no \"=\"");
	return add(((struct target *)context)->sets, value);
}

static int
set_quiet(void *context, const char *value, struct diag *diag)
{
	ck_assert_ptr_null(value);
	((struct target *)context)->quiet++;
	return DONE;
}

static const struct option_row rows[] = {
	{"challenge", 'c', "TEXT", "the challenge password", "TEST_CHALLENGE", NULL, NULL,
		set_challenge},
	{"poll-max", 0, "N", "how often to poll (default 10)", "TEST_POLL_MAX", NULL, NULL,
		set_polls},
	{"url", 0, "URL", "a server; repeatable", "TEST_URL", " ,", restart_urls, add_url},
	{"set", 0, "NAME=VALUE", "a setting; repeatable", "TEST_SET", ";", NULL, add_set},
	{"quiet", 'q', NULL, "say nothing", "TEST_QUIET", NULL, NULL, set_quiet},
	{"config", 0, "FILE", "read by the program itself", "TEST_CONFIG", NULL, NULL, NULL},
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* The words of a command line, in memory that getopt may reorder. */
static int
split(char *argv[WORDS_MAX + 1], char *line)
{
	int argc = 0;

	for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
		ck_assert_int_lt(argc, WORDS_MAX);
		argv[argc++] = word;
	}
	argv[argc] = NULL;
	return argc;
}

static void
set_environment(const char *assignments)
{
	TEXT_CLEANUP char *copy = text_copy(assignments ? assignments : "");

	for (char *word = strtok(copy, "\n"); word; word = strtok(NULL, "\n")) {
		char *value = strchr(word, '=');

		*value++ = '\0';
		ck_assert_int_eq(setenv(word, value, 1), 0);
	}
}

static const struct {
	const char *line;
	const char *environment; /* variables, one a line */
	struct target target;
	int first_argument;
} good[] = {
	{"x", NULL, {.polls = 10}, 1},
	{"x --challenge abc", NULL, {"abc", 10}, 3},
	{"x --challenge=abc", NULL, {"abc", 10}, 2},
	{"x --challenge=", NULL, {"", 10}, 2},
	{"x -cabc -q", NULL, {"abc", 10, .quiet = 1}, 3},
	{"x -qc abc", NULL, {"abc", 10, .quiet = 1}, 3},
	{"x --challenge --quiet", NULL, {"--quiet", 10}, 3},
	{"x URL --quiet", NULL, {.polls = 10, .quiet = 1}, 2},
	{"x --quiet -- --challenge", NULL, {.polls = 10, .quiet = 1}, 3},
	{"x --challenge a --challenge b", NULL, {"b", 10}, 5},
	{"x --poll-max 1", NULL, {.polls = 1}, 3},
	{"x --url a --url b,c", NULL, {"", 10, "a|b,c|"}, 5},
	{"x", "TEST_CHALLENGE=a;b c", {"a;b c", 10}, 1},
	{"x", "TEST_CHALLENGE=", {.polls = 10}, 1},
	{"x", "TEST_POLL_MAX=100", {.polls = 100}, 1},
	{"x --poll-max=3", "TEST_POLL_MAX=100", {.polls = 3}, 2},
	{"x", "TEST_URL= a, b,,c ", {"", 10, "a|b|c|"}, 1},
	{"x --url d", "TEST_URL=a b", {"", 10, "d|"}, 3},
	{"x --set c=3", "TEST_SET=a=1, 2; b = 2 ;", {"", 10, "", "a=1, 2|b = 2|c=3|"}, 3},
	{"x", "TEST_QUIET=1", {.polls = 10, .quiet = 1}, 1},
	{"x", "TEST_QUIET=Yes", {.polls = 10, .quiet = 1}, 1},
	{"x", "TEST_QUIET=off", {.polls = 10}, 1},
	{"x --quiet", "TEST_QUIET=0", {.polls = 10, .quiet = 1}, 2},
};

static int
parse(int *first, struct target *target, int argc, char **argv, struct diag *diag)
{
	OPTIONS_CLEANUP struct options options = {0};
	int outcome = options_read(&options, rows, ROW_COUNT, argc, argv, diag);

	if (outcome != DONE)
		return outcome;
	*first = options.first_argument;
	return options_apply(&options, target, diag);
}

START_TEST(takes_what_is_right)
{
	TEXT_CLEANUP char *line = text_copy(good[_i].line);
	struct target target = {.polls = 10};
	char *argv[WORDS_MAX + 1];
	int argc = split(argv, line), first = -1;
	struct diag diag = {0};

	set_environment(good[_i].environment);
	ck_assert_msg(parse(&first, &target, argc, argv, &diag) == DONE, "%s: %s: %s",
		good[_i].line, diag.object, diag.found);
	ck_assert_int_eq(first, good[_i].first_argument);
	ck_assert_str_eq(target.challenge, good[_i].target.challenge);
	ck_assert_int_eq(target.polls, good[_i].target.polls);
	ck_assert_str_eq(target.urls, good[_i].target.urls);
	ck_assert_str_eq(target.sets, good[_i].target.sets);
	ck_assert_uint_eq(target.quiet, good[_i].target.quiet);
}
END_TEST

static const struct {
	const char *line;
	const char *environment;
	const char *sentence;
} bad[] = {
	{"x --chalenge a", NULL, "--chalenge: no such option; did you mean --challenge?"},
	{"x --chalenge=a", NULL, "--chalenge: no such option; did you mean --challenge?"},
	{"x --chal a", NULL, "--chal: no such option; did you mean --challenge?"},
	{"x --chal=a", NULL, "--chal: no such option; did you mean --challenge?"},
	{"x --colour", NULL, "--colour: no such option; expected one that --help lists"},
	{"x -z", NULL, "-z: no such option; expected one that --help lists"},
	{"x -qz", NULL, "-z: no such option; expected one that --help lists"},
	{"x --challenge", NULL, "--challenge: no value; expected TEXT"},
	{"x -c", NULL, "--challenge: no value; expected TEXT"},
	{"x --quiet=yes", NULL,
		"--quiet: a value, though it takes none; expected the option alone"},
	{"x --poll-max 0", NULL,
		"--poll-max: 0 is out of range; expected a whole number from 1 to 100"},
	{"x --poll-max 101", NULL,
		"--poll-max: 101 is out of range; expected a whole number from 1 to 100"},
	{"x --poll-max 99999999999999999999", NULL,
		"--poll-max: 99999999999999999999 is out of range; expected a whole number from 1 "
		"to 100"},
	{"x --poll-max ten", NULL,
		"--poll-max: \"ten\" is no whole number; expected a whole number from 1 to 100"},
	{"x --poll-max 1.5", NULL,
		"--poll-max: \"1.5\" is no whole number; expected a whole number from 1 to 100"},
	{"x --poll-max +1", NULL,
		"--poll-max: \"+1\" is no whole number; expected a whole number from 1 to 100"},
	{"x --poll-max=", NULL,
		"--poll-max: \"\" is no whole number; expected a whole number from 1 to 100"},
	{"x --poll-max -", NULL,
		"--poll-max: \"-\" is no whole number; expected a whole number from 1 to 100"},
	{"x --set a", NULL, "--set (a): no \"=\"; expected NAME=VALUE"},
	{"x", "TEST_SET=a=1;b", "TEST_SET (b): no \"=\"; expected NAME=VALUE"},
	{"x", "TEST_POLL_MAX=x",
		"TEST_POLL_MAX: \"x\" is no whole number; expected a whole number from 1 to 100"},
	{"x --poll-max 5", "TEST_POLL_MAX=x",
		"TEST_POLL_MAX: \"x\" is no whole number; expected a whole number from 1 to 100"},
	{"x", "TEST_QUIET=maybe",
		"TEST_QUIET: \"maybe\"; expected 1, true, yes or on, or 0, false, no or off"},
};

START_TEST(refuses_what_is_wrong)
{
	TEXT_CLEANUP char *line = text_copy(bad[_i].line);
	char *argv[WORDS_MAX + 1], text[DIAG_TEXT_SIZE];
	int argc = split(argv, line), first;
	struct target target = {0};
	struct diag diag = {0};

	set_environment(bad[_i].environment);
	ck_assert_msg(
		parse(&first, &target, argc, argv, &diag) == REFUSED, "%s passed", bad[_i].line);
	ck_assert_str_eq(diag_text(text, &diag), bad[_i].sentence);
}
END_TEST

START_TEST(shows_values_before_they_count)
{
	char line[] = "x --config b --poll-max 5000", *argv[WORDS_MAX + 1];
	int argc = split(argv, line);
	OPTIONS_CLEANUP struct options options = {0};
	struct diag diag = {0};

	set_environment("TEST_CONFIG=a\nTEST_QUIET=1");
	ck_assert_int_eq(options_read(&options, rows, ROW_COUNT, argc, argv, &diag), DONE);
	ck_assert_str_eq(options_value(&options, "config"), "b");
	ck_assert_ptr_null(options_value(&options, "challenge"));
	ck_assert(options_given(&options, "config"));
	ck_assert(!options_given(&options, "quiet"));
}
END_TEST

START_TEST(prints_help)
{
	static const struct option_row some[] = {
		{"quiet", 'q', NULL, "say nothing", NULL, NULL, NULL, set_quiet},
		{"poll-max", 0, "N",
			"how often to ask again while the answer is that a person has to approve "
			"first",
			"TEST_POLL_MAX", NULL, NULL, set_polls},
		{"a-long-name-of-an-option", 0, "TEXT", "short", NULL, NULL, NULL, set_challenge},
	};
	BUFFER_CLEANUP struct buffer out = {0};

	options_write_help(&out, some, sizeof(some) / sizeof(some[0]));
	ck_assert_str_eq(buffer_text(&out),
		"  -q, --quiet                 say nothing\n"
		"      --poll-max N            how often to ask again while the answer is that a\n"
		"                              person has to approve first [$TEST_POLL_MAX]\n"
		"      --a-long-name-of-an-option TEXT\n"
		"                              short\n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("options");
	TCase *cases = tcase_create("options");

	tcase_add_loop_test(cases, takes_what_is_right, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(cases, refuses_what_is_wrong, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(cases, shows_values_before_they_count);
	tcase_add_test(cases, prints_help);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
