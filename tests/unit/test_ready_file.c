/* The ready file is whole or not there. */
#include <check.h>
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "server/ready_file.h"
#include "temporary_directory.h"
#include "tests/run_suite.h"

/* How many entries a directory has besides itself and its parent. */
static unsigned
count_entries(const char *path)
{
	DIR *open = opendir(path);
	unsigned count = 0;

	ck_assert_ptr_nonnull(open);
	while (readdir(open))
		count++;
	closedir(open);
	return count - 2;
}

START_TEST(replaces_and_removes)
{
	char *directory = temporary_directory_new();
	TEXT_CLEANUP char *path = text_format("%s/ready", directory);
	TEXT_CLEANUP char *content = NULL;

	ck_assert_int_eq(ready_file_write(path, bytes_text("an older one\n"), NULL), DONE);
	ck_assert_int_eq(ready_file_write(path, bytes_text("{}\n"), NULL), DONE);
	content = temporary_directory_read(directory, "ready");
	ck_assert_str_eq(content, "{}\n");
	ck_assert_uint_eq(count_entries(directory), 1);
	ready_file_remove(path);
	ready_file_remove(NULL);
	ck_assert_uint_eq(count_entries(directory), 0);
	temporary_directory_remove(directory);
}
END_TEST

START_TEST(leaves_nothing_when_it_fails)
{
	char *directory = temporary_directory_new();
	TEXT_CLEANUP char *path = text_format("%s/ready", directory);
	struct diag diag = {0};

	/* A directory cannot be replaced by a file. */
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(ready_file_write(path, bytes_text("{}\n"), &diag), REFUSED);
	ck_assert_str_eq(diag.object, "ready file");
	ck_assert_ptr_nonnull(strstr(diag.found, "/ready: Is a directory"));
	ck_assert_uint_eq(count_entries(directory), 1);
	temporary_directory_remove(directory);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ready_file");
	TCase *cases = tcase_create("ready_file");

	tcase_add_test(cases, replaces_and_removes);
	tcase_add_test(cases, leaves_nothing_when_it_fails);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
