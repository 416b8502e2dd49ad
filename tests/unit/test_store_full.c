/* A store that has no room: nothing is half done, the failure is told once, and it goes on. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "store_support.h"
#include "tests/run_suite.h"

#define ATTEMPTS_MAX 1000

/* No file of this process, which check has forked for the test, may be larger. */
static void
limit_files(rlim_t size)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Issues until the disk is full; gives the number of the last certificate that was issued. */
static uint32_t
fill(struct store *store, struct diag *diag)
{
	uint32_t number = 0, last = 0;

	for (int i = 0; i < ATTEMPTS_MAX; i++) {
		if (support_issue(&number, store, "default", diag) != DONE)
			return last;
		last = number;
	}
	ck_abort_msg("it takes everything");
	return 0;
}

static int64_t
count(const char *directory, const char *sql)
{
	BUFFER_CLEANUP struct buffer answer = {0};

	support_query(&answer, directory, sql);
	return strtoll(buffer_text(&answer), NULL, 10);
}

static size_t
lines_of(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t lines = 0;

	ck_assert_ptr_nonnull(file);
	for (int c = fgetc(file); c != EOF; c = fgetc(file))
		lines += c == '\n';
	fclose(file);
	return lines;
}

START_TEST(goes_on_when_there_is_room_again)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	TEXT_CLEANUP char *told = text_format("%s/stderr", directory);
	struct store *store = support_open(directory);
	struct diag diag = {0};
	uint32_t last, number;
	int file = open(told, O_CREAT | O_WRONLY | O_APPEND, 0600);

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(dup2(file, STDERR_FILENO), STDERR_FILENO);
	ck_assert_uint_eq(store_write_failures(store), 0);
	limit_files(400000);
	last = fill(store, &diag);
	ck_assert_uint_gt(last, 10);
	ck_assert(diag.not_written);
	/* Small ones fit in for a while. */
	for (int i = 0; i < ATTEMPTS_MAX && store_write_failures(store) < 5; i++)
		store_next_request_id(&number, store, "default", NULL);
	ck_assert_uint_eq(store_write_failures(store), 5);
	ck_assert_uint_eq(lines_of(told), 1);

	limit_files(RLIM_INFINITY);
	ASSERT_DONE(support_issue(&number, store, "default", &diag), &diag);
	ck_assert_uint_gt(number, last);
	ck_assert_uint_eq(lines_of(told), 1);
	ck_assert_int_eq(count(directory, "SELECT count(*) FROM certificates"), (int64_t)last + 1);
	store_close(store);
	store = support_open(directory);
	ck_assert_int_eq(count(directory,
				 "SELECT count(*) FROM transactions JOIN certificates"
				 " ON certificates.id = transactions.certificate"),
		(int64_t)last + 1);
	store_close(store);
}
END_TEST

/* What is wrong with a statement is no matter of room. */
START_TEST(tells_a_full_disk_from_other_failures)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	STORE_CLEANUP struct store *store = support_open(directory);
	BUFFER_CLEANUP struct buffer answer = {0};
	struct diag diag = {0};
	uint32_t number;

	support_query(&answer, directory,
		"CREATE TRIGGER stop BEFORE INSERT ON certificates BEGIN"
		" SELECT RAISE(ABORT, 'stopped'); END");
	ck_assert_int_eq(support_issue(&number, store, "default", &diag), BROKEN);
	ck_assert_ptr_nonnull(strstr(diag.found, "stopped"));
	ck_assert(!diag.not_written);
	ck_assert_uint_eq(store_write_failures(store), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_full");
	TCase *cases = tcase_create("store_full");

	tcase_set_timeout(cases, 60); /* Python is slow to start on a busy machine */
	tcase_add_test(cases, goes_on_when_there_is_room_again);
	tcase_add_test(cases, tells_a_full_disk_from_other_failures);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
