/* What is looked at before a server starts, and that looking makes nothing. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "server/preflight.h"
#include "temporary_directory.h"
#include "tests/run_suite.h"

static char *directory, *before;

static void
enter_directory(void)
{
	before = getcwd(NULL, 0);
	directory = temporary_directory_new();
	ck_assert_int_eq(chdir(directory), 0);
	ck_assert_int_eq(mkdir("there", 0700), 0);
	ck_assert_int_eq(symlink("/dev/null", "null"), 0);
}

static void
leave_directory(void)
{
	ck_assert_int_eq(chdir(before), 0);
	free(before);
	temporary_directory_remove(directory);
}

static const struct {
	const char *state, *log, *ready;
	const char *sentence; /* NULL: good */
	const char *fault;
} cases[] = {
	{NULL, NULL, NULL, NULL},
	{"there", "there/", "there/file", NULL},
	{"new", "new", "new", NULL},
	{"there/new//", "there/new/and/deeper", "./new", NULL},
	{"/tmp", "/tmp", NULL, NULL},
	{"missing/new", NULL, NULL,
		"state directory: missing: No such file or directory; expected a directory that "
		"this process may write to"},
	{"null", NULL, NULL,
		"state directory: null is no directory; expected a directory that this process may "
		"write to"},
	{NULL, "null/new", NULL,
		"log directory: null/new: Not a directory; expected a directory that this process "
		"may write to"},
	{NULL, NULL, "missing/file",
		"ready file: missing: No such file or directory; expected a directory that this "
		"process may write to"},
	{NULL, NULL, "there", "ready file: there is something else; expected the path of a file"},
	{NULL, NULL, NULL, NULL, "there"},
	{NULL, NULL, NULL,
		"fault profiles: missing: No such file or directory; expected a directory that "
		"this process may read",
		"missing"},
	{NULL, NULL, NULL,
		"fault profiles: null: Not a directory; expected a directory that this process may "
		"read",
		"null"},
	{NULL, NULL, "null", "ready file: null is something else; expected the path of a file"},
};

START_TEST(looks_at_paths)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	int outcome;

	configuration_init(&configuration);
	configuration.state_directory = text_copy(cases[_i].state);
	configuration.log_directory = text_copy(cases[_i].log);
	configuration.ready_file = text_copy(cases[_i].ready);
	configuration.fault_directory = text_copy(cases[_i].fault);
	outcome = preflight_check(&configuration, &diag);
	ck_assert_str_eq(outcome == DONE ? "" : diag_text(text, &diag),
		cases[_i].sentence ? cases[_i].sentence : "");
	ck_assert_int_ne(access("new", F_OK), 0);
	ck_assert_int_ne(access("there/new", F_OK), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("preflight");
	TCase *tcase = tcase_create("preflight");

	tcase_add_checked_fixture(tcase, enter_directory, leave_directory);
	tcase_add_loop_test(tcase, looks_at_paths, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
