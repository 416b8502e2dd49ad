/* Files appear whole, with their mode, and never in another one's place unasked. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/files.h"
#include "common/memory.h"
#include "tests/run_suite.h"
#include "tests/unit/temporary_directory.h"
#include "tests/unit/x509_support.h"

static char *directory;

static void
set_up(void)
{
	directory = temporary_directory_new();
}

static void
tear_down(void)
{
	temporary_directory_remove(directory);
}

static struct output_file
file_of(const char *path, const char *content)
{
	return (struct output_file){.path = path, .content = bytes_text(content), .mode = 0600};
}

static void
assert_holds(const char *path, const char *content)
{
	BUFFER_CLEANUP struct buffer found = {0};
	struct diag diag = {0};

	ASSERT_DONE(files_read(&found, path, &diag), &diag);
	ck_assert_str_eq(buffer_text(&found), content);
}

/* Returns how many names the folder holds. */
static unsigned
count_names(void)
{
	TEXT_CLEANUP char *command = text_format("ls -A '%s'", directory);
	FILE *list = popen(command, "r");
	unsigned count = 0;

	for (int c = fgetc(list); c != EOF; c = fgetc(list))
		count += c == '\n';
	pclose(list);
	return count;
}

START_TEST(writes_all_files)
{
	TEXT_CLEANUP char *first = text_format("%s/new/first", directory);
	TEXT_CLEANUP char *second = text_format("%s/new/second", directory);
	struct output_file files[] = {file_of(first, "1"), file_of(second, "2")};
	struct stat state;
	struct diag diag = {0};

	files[1].mode = 0644;
	ASSERT_DONE(files_write_all(files, 2, false, &diag), &diag);
	assert_holds(first, "1");
	assert_holds(second, "2");
	ck_assert_int_eq(stat(first, &state), 0);
	ck_assert_uint_eq(state.st_mode & 07777, 0600);
	ck_assert_int_eq(stat(second, &state), 0);
	ck_assert_uint_eq(state.st_mode & 07777, 0644);
}
END_TEST

START_TEST(replaces_only_when_told)
{
	TEXT_CLEANUP char *first = text_format("%s/first", directory);
	TEXT_CLEANUP char *second = text_format("%s/second", directory);
	const struct output_file old = file_of(second, "old");
	struct output_file files[] = {file_of(first, "1"), file_of(second, "new")};
	struct diag diag = {0};

	ASSERT_DONE(files_write_all(&old, 1, false, &diag), &diag);
	ck_assert_int_eq(files_write_all(files, 2, false, &diag), REFUSED);
	ck_assert_str_eq(diag.object, second);
	assert_holds(second, "old");
	ck_assert_msg(access(first, F_OK) != 0, "the other file was written");
	ck_assert_uint_eq(count_names(), 1);

	ASSERT_DONE(files_write_all(files, 2, true, &diag), &diag);
	assert_holds(second, "new");
	ck_assert_uint_eq(count_names(), 2);
}
END_TEST

START_TEST(leaves_the_same_content_alone)
{
	TEXT_CLEANUP char *path = text_format("%s/key", directory);
	const struct output_file same = file_of(path, "same"), other = file_of(path, "some");
	struct output_file unknown = {.path = path};
	struct diag diag = {0};

	ASSERT_DONE(files_write_all(&same, 1, false, &diag), &diag);
	ASSERT_DONE(files_check_output(&same, false, &diag), &diag);
	ASSERT_DONE(files_write_all(&same, 1, false, &diag), &diag);
	ck_assert_int_eq(files_check_output(&other, false, &diag), REFUSED);
	ck_assert_int_eq(files_check_output(&unknown, false, &diag), REFUSED);
	ASSERT_DONE(files_check_output(&unknown, true, &diag), &diag);
	ck_assert_uint_eq(count_names(), 1);
}
END_TEST

START_TEST(says_what_cannot_be)
{
	TEXT_CLEANUP char *deep = text_format("%s/a/b/file", directory);
	TEXT_CLEANUP char *missing = text_format("%s/missing", directory);
	BUFFER_CLEANUP struct buffer content = {0};
	const struct output_file file = file_of(deep, "x");
	struct diag diag = {0};

	ck_assert_int_eq(files_write_all(&file, 1, false, &diag), REFUSED);
	ck_assert_msg(strstr(diag.object, "/a/b"), "%s", diag.object);
	ck_assert_int_eq(files_read(&content, missing, &diag), REFUSED);
	ck_assert_str_eq(diag.object, missing);
	ck_assert_int_eq(files_read(&content, directory, &diag), REFUSED);
}
END_TEST

START_TEST(reads_no_giants)
{
	TEXT_CLEANUP char *path = text_format("%s/giant", directory);
	BUFFER_CLEANUP struct buffer content = {0};
	struct diag diag = {0};

	fclose(fopen(path, "w"));
	ck_assert_int_eq(truncate(path, FILES_READ_MAX + 1), 0);
	ck_assert_int_eq(files_read(&content, path, &diag), REFUSED);
	ck_assert_int_eq(truncate(path, FILES_READ_MAX), 0);
	buffer_clear(&content);
	ASSERT_DONE(files_read(&content, path, &diag), &diag);
	ck_assert_uint_eq(content.size, FILES_READ_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client files");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, writes_all_files);
	tcase_add_test(all, replaces_only_when_told);
	tcase_add_test(all, leaves_the_same_content_alone);
	tcase_add_test(all, says_what_cannot_be);
	tcase_add_test(all, reads_no_giants);
	return run_suite(suite);
}
