/* The files of the W3C log: names, headers, rotation, and disks that fail. */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "exchange_support.h"
#include "server/w3c_log.h"
#include "temporary_directory.h"
#include "tests/run_suite.h"

#define FIELDS "date time cs-method sc-status"
#define HEADER(date)                                                                               \
	"#Software: Microsoft Internet Information Services 10.0\r\n"                              \
	"#Version: 1.0\r\n"                                                                        \
	"#Date: " date "\r\n"                                                                      \
	"#Fields: " FIELDS "\r\n"
#define FILE_NAME "W3SVC1/u_ex260131.log"
#define NEXT_DAY  "W3SVC1/u_ex260201.log"

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

static struct w3c_log *
open_log(void)
{
	struct w3c_log *log = NULL;

	ck_assert_int_eq(w3c_log_open(&log, directory, 1, FIELDS, "10.0", NULL), DONE);
	return log;
}

static void
write_one(struct w3c_log *log)
{
	ck_assert_int_eq(w3c_log_write(log, &support.exchange, NULL), DONE);
}

static void
assert_file(const char *name, const char *wanted)
{
	TEXT_CLEANUP char *content = temporary_directory_read(directory, name);

	ck_assert_str_eq(content, wanted);
}

static bool
exists(const char *name)
{
	TEXT_CLEANUP char *path = text_format("%s/%s", directory, name);

	return access(path, F_OK) == 0;
}

START_TEST(begins_with_a_header)
{
	struct w3c_log *log = open_log();

	ck_assert(!exists(FILE_NAME));
	write_one(log);
	assert_file(FILE_NAME, HEADER("2026-01-31 23:59:58") "2026-01-31 23:59:58 GET 200\r\n");
	clock_advance(&support.server.clock, 1000);
	write_one(log);
	assert_file(FILE_NAME,
		HEADER("2026-01-31 23:59:58") "2026-01-31 23:59:58 GET 200\r\n"
					      "2026-01-31 23:59:59 GET 200\r\n");
	w3c_log_close(log);
}
END_TEST

START_TEST(repeats_the_header_at_each_start)
{
	struct w3c_log *log = open_log();

	write_one(log);
	w3c_log_close(log);
	clock_advance(&support.server.clock, 1000);
	log = open_log();
	write_one(log);
	w3c_log_close(log);
	assert_file(FILE_NAME,
		HEADER("2026-01-31 23:59:58") "2026-01-31 23:59:58 GET 200\r\n" HEADER(
			"2026-01-31 23:59:59") "2026-01-31 23:59:59 GET 200\r\n");
}
END_TEST

START_TEST(turns_at_midnight_of_the_deployments_clock)
{
	struct w3c_log *log = open_log();

	write_one(log);
	clock_advance(&support.server.clock, 1249);
	write_one(log);
	ck_assert(!exists(NEXT_DAY));
	clock_advance(&support.server.clock, 1);
	write_one(log);
	assert_file(NEXT_DAY, HEADER("2026-02-01 00:00:00") "2026-02-01 00:00:00 GET 200\r\n");
	/* A clock that is set back finds its file again. */
	clock_advance(&support.server.clock, -1);
	write_one(log);
	assert_file(FILE_NAME,
		HEADER("2026-01-31 23:59:58") "2026-01-31 23:59:58 GET 200\r\n"
					      "2026-01-31 23:59:59 GET 200\r\n" HEADER(
						      "2026-01-31 23:59:59") "2026-01-31 23:59:59 "
									     "GET 200\r\n");
	w3c_log_close(log);
}
END_TEST

START_TEST(gives_each_site_its_folder)
{
	struct w3c_log *log = NULL;

	ck_assert_int_eq(w3c_log_open(&log, directory, 12, FIELDS, "8.5", NULL), DONE);
	write_one(log);
	w3c_log_close(log);
	ck_assert(exists("W3SVC12/u_ex260131.log"));
}
END_TEST

static const struct {
	enum response_from from;
	bool no_answer;
	bool logged;
} answers[] = {
	{RESPONSE_FROM_IIS, false, true},
	{RESPONSE_FROM_MSCEP, false, true},
	{RESPONSE_FROM_HTTP_SYS, false, false},
	{RESPONSE_FROM_HTTP_LIBRARY, false, false},
	{RESPONSE_FROM_NOBODY, false, false},
	{RESPONSE_FROM_MSCEP, true, false},
};

START_TEST(leaves_out_what_never_reached_iis)
{
	struct w3c_log *log = open_log();

	support.http.response.from = answers[_i].from;
	support.http.send.cut = answers[_i].no_answer ? SEND_CUT_BEFORE_HEAD : SEND_CUT_NOWHERE;
	write_one(log);
	ck_assert_int_eq(exists(FILE_NAME), answers[_i].logged);
	w3c_log_close(log);
}
END_TEST

START_TEST(refuses_a_folder_that_cannot_be)
{
	TEXT_CLEANUP char *file = text_format("%s/file", directory);
	TEXT_CLEANUP char *below = text_format("%s/below", file);
	TEXT_CLEANUP char *deep = text_format("%s/new/and/deep", directory);
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	struct w3c_log *log = NULL;

	close(open(file, O_CREAT | O_WRONLY, 0755));
	ck_assert_int_eq(w3c_log_open(&log, below, 1, FIELDS, "10.0", &diag), REFUSED);
	ck_assert_ptr_null(log);
	diag_text(words, &diag);
	ck_assert_msg(strstr(words, "Not a directory") && strstr(words, "/file/below/W3SVC1"), "%s",
		words);
	ck_assert_int_eq(w3c_log_open(&log, deep, 1, "date tine", "10.0", &diag), REFUSED);
	ck_assert(!exists("new"));
	ck_assert_int_eq(w3c_log_open(&log, deep, 1, FIELDS, "10.0", &diag), DONE);
	ck_assert(exists("new/and/deep/W3SVC1"));
	w3c_log_close(log);
}
END_TEST

START_TEST(tells_a_failing_disk_once)
{
	TEXT_CLEANUP char *path = text_format("%s/" FILE_NAME, directory);
	struct w3c_log *log = open_log();
	struct diag diag = {0}, silent = {0};

	ck_assert_int_eq(symlink("/dev/full", path), 0);
	ck_assert_int_eq(w3c_log_write(log, &support.exchange, &diag), BROKEN);
	ck_assert_ptr_nonnull(strstr(diag.found, "No space left"));
	ck_assert_int_eq(w3c_log_write(log, &support.exchange, &silent), DONE);
	ck_assert_str_eq(silent.found, "");
	/* Once there is room again it goes on, and tells the next failure again. */
	ck_assert_int_eq(unlink(path), 0);
	write_one(log);
	assert_file(FILE_NAME, HEADER("2026-01-31 23:59:58") "2026-01-31 23:59:58 GET 200\r\n");
	clock_advance(&support.server.clock, CLOCK_DAY_SECONDS * 1000);
	free(path);
	path = text_format("%s/" NEXT_DAY, directory);
	ck_assert_int_eq(symlink("/dev/full", path), 0);
	ck_assert_int_eq(w3c_log_write(log, &support.exchange, &diag), BROKEN);
	w3c_log_close(log);
}
END_TEST

/* A disk that takes only half of a line must not leave it there. */
START_TEST(writes_whole_lines_or_none)
{
	static const char first[] = HEADER("2026-01-31 23:59:58") "2026-01-31 23:59:58 GET 200\r\n";
	struct rlimit limit = {.rlim_cur = sizeof(first) + 5, .rlim_max = RLIM_INFINITY};
	struct w3c_log *log = open_log();

	write_one(log);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(w3c_log_write(log, &support.exchange, NULL), BROKEN);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_file(FILE_NAME, first);
	w3c_log_close(log);
}
END_TEST

#define THREADS          4
#define LINES_PER_THREAD 250

static void *
write_many(void *log)
{
	for (unsigned i = 0; i < LINES_PER_THREAD; i++)
		w3c_log_write(log, &support.exchange, NULL);
	return NULL;
}

START_TEST(keeps_lines_apart_from_many_threads)
{
	static const char line[] = "2026-01-31 23:59:58 GET 200\r\n";
	static const char header[] = HEADER("2026-01-31 23:59:58");
	struct w3c_log *log = open_log();
	pthread_t threads[THREADS];
	char *content, *next;

	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_many, log), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	w3c_log_close(log);
	content = temporary_directory_read(directory, FILE_NAME);
	ck_assert_int_eq(strncmp(content, header, sizeof(header) - 1), 0);
	next = content + sizeof(header) - 1;
	for (unsigned i = 0; i < THREADS * LINES_PER_THREAD; i++, next += sizeof(line) - 1)
		ck_assert_int_eq(strncmp(next, line, sizeof(line) - 1), 0);
	ck_assert_str_eq(next, "");
	free(content);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("w3c_log");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, begins_with_a_header);
	tcase_add_test(all, repeats_the_header_at_each_start);
	tcase_add_test(all, turns_at_midnight_of_the_deployments_clock);
	tcase_add_test(all, gives_each_site_its_folder);
	tcase_add_loop_test(
		all, leaves_out_what_never_reached_iis, 0, sizeof(answers) / sizeof(answers[0]));
	tcase_add_test(all, refuses_a_folder_that_cannot_be);
	tcase_add_test(all, tells_a_failing_disk_once);
	tcase_add_test(all, writes_whole_lines_or_none);
	tcase_add_test(all, keeps_lines_apart_from_many_threads);
	return run_suite(suite);
}
