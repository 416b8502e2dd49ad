/* The journal's file, and disks that fail. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"
#include "exchange_support.h"
#include "server/journal.h"
#include "temporary_directory.h"

static struct exchange_support support;
static char *directory;

static void
setup(void)
{
	exchange_support_init(&support);
	directory = temporary_directory_new();
}

static void
teardown(void)
{
	temporary_directory_remove(directory);
	exchange_support_done(&support);
}

START_TEST(appends_lines_to_its_file)
{
	struct journal *journal = NULL;
	TEXT_CLEANUP char *content = NULL;
	char *line, *rest;
	unsigned count = 0;

	for (unsigned start = 0; start < 2; start++) {
		ck_assert_int_eq(journal_open(&journal, directory, false, NULL), DONE);
		for (unsigned i = 0; i < 2; i++) {
			support.exchange.number = 2 * start + i + 1;
			ck_assert_int_eq(journal_write(journal, &support.exchange, NULL), DONE);
		}
		journal_close(journal);
	}
	content = temporary_directory_read(directory, "journal.jsonl");
	rest = content;
	while ((line = strsep(&rest, "\n")) && rest) {
		json_t *value = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		ck_assert_int_eq(json_integer_value(json_object_get(value, "exchange")), ++count);
		json_decref(value);
	}
	ck_assert_uint_eq(count, 4);
}
END_TEST

START_TEST(refuses_a_folder_that_cannot_be)
{
	char words[DIAG_TEXT_SIZE];
	struct journal *journal = NULL;
	struct diag diag = {0};

	ck_assert_int_eq(journal_open(&journal, "/dev/null/logs", false, &diag), REFUSED);
	ck_assert_ptr_null(journal);
	ck_assert_ptr_nonnull(strstr(diag_text(words, &diag), "/dev/null/logs: Not a directory"));
}
END_TEST

START_TEST(tells_a_failing_disk_once)
{
	TEXT_CLEANUP char *path = text_format("%s/journal.jsonl", directory);
	struct journal *journal = NULL;
	struct diag diag = {0};

	ck_assert_int_eq(symlink("/dev/full", path), 0);
	ck_assert_int_eq(journal_open(&journal, directory, false, NULL), DONE);
	ck_assert_int_eq(journal_write(journal, &support.exchange, &diag), BROKEN);
	ck_assert_ptr_nonnull(strstr(diag.found, "No space left"));
	ck_assert_int_eq(journal_write(journal, &support.exchange, NULL), DONE);
	journal_close(journal);
}
END_TEST

/* What this program failed at is told to its operator even where he wants no lines. */
START_TEST(prints_failures_when_quiet)
{
	struct journal *journal = NULL;
	char line[4096] = "";
	int pipe_ends[2];

	ck_assert_int_eq(pipe(pipe_ends), 0);
	ck_assert_int_eq(dup2(pipe_ends[1], STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(journal_open(&journal, NULL, false, NULL), DONE);
	ck_assert_int_eq(journal_write(journal, &support.exchange, NULL), DONE);
	support.exchange.broke = true;
	diag_break(&support.exchange.diag, "store", "the disk is full");
	ck_assert_int_eq(journal_write(journal, &support.exchange, NULL), DONE);
	journal_close(journal);
	ck_assert_int_gt(read(pipe_ends[0], line, sizeof(line) - 1), 0);
	ck_assert_str_eq(line,
		"23:59:58.747 #17 GET GetCACaps -> 200 "
		"(our failure: store: the disk is full) 3 ms\n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("journal");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, appends_lines_to_its_file);
	tcase_add_test(all, refuses_a_folder_that_cannot_be);
	tcase_add_test(all, tells_a_failing_disk_once);
	tcase_add_test(all, prints_failures_when_quiet);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
