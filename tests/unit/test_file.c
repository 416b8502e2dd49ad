/* Files read and written whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/file.h"
#include "tests/run_suite.h"
#include "x509_support.h"

static char directory[] = "test_file.XXXXXX";

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(chdir(directory), 0);
}

static void
teardown(void)
{
	unlink("file");
	ck_assert_int_eq(chdir(".."), 0);
	ck_assert_int_eq(rmdir(directory), 0);
}

/* More than is read at once, and no piece like another. */
static void
fill(struct buffer *out)
{
	for (unsigned i = 0; i < 30000; i++)
		buffer_append_format(out, "%u,", i);
}

static void
write_content(struct bytes content)
{
	int descriptor = open("file", O_WRONLY | O_CREAT | O_EXCL, 0600);

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_eq(file_write_and_close(descriptor, content), 0);
	ck_assert_int_eq(close(descriptor), -1);
}

START_TEST(reads_what_it_wrote)
{
	BUFFER_CLEANUP struct buffer content = {0}, found = {0};

	fill(&content);
	write_content(buffer_bytes(&content));
	ck_assert_int_eq(file_read(&found, "file", content.size), 0);
	ck_assert(bytes_equal(buffer_bytes(&found), buffer_bytes(&content)));
}
END_TEST

START_TEST(reads_no_more_than_the_limit)
{
	BUFFER_CLEANUP struct buffer content = {0}, found = {0};

	fill(&content);
	write_content(buffer_bytes(&content));
	ck_assert_int_eq(file_read(&found, "file", content.size - 1), EFBIG);
}
END_TEST

START_TEST(appends_to_what_is_there)
{
	BUFFER_CLEANUP struct buffer found = {0};

	write_content(bytes_text("behind"));
	buffer_append_text(&found, "before ");
	ck_assert_int_eq(file_read(&found, "file", 6), 0);
	ck_assert_str_eq(buffer_text(&found), "before behind");
}
END_TEST

START_TEST(tells_what_failed)
{
	BUFFER_CLEANUP struct buffer found = {0};
	int full = open("/dev/full", O_WRONLY);

	ck_assert_int_eq(file_read(&found, "missing", 1), ENOENT);
	ck_assert_int_eq(file_read(&found, ".", 1), EISDIR);
	ck_assert_int_ge(full, 0);
	ck_assert_int_eq(file_write_and_close(full, bytes_text("x")), ENOSPC);
	ck_assert_int_eq(file_write(full, bytes_text("x")), EBADF);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file");
	TCase *tcase = tcase_create("file");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, reads_what_it_wrote);
	tcase_add_test(tcase, reads_no_more_than_the_limit);
	tcase_add_test(tcase, appends_to_what_is_there);
	tcase_add_test(tcase, tells_what_failed);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
