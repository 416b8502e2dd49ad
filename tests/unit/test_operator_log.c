/* The operator's lines, and an operator who does not read them. */
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "server/operator_log.h"
#include "tests/run_suite.h"

/* Makes stderr a pipe and returns the end to read from. */
static int
catch_stderr(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	return ends[0];
}

START_TEST(writes_words_as_a_line)
{
	int reader = catch_stderr();
	struct diag diag = {0};
	char line[256] = "";

	diag_break(&diag, "log file", "%s cannot be written", "/x");
	operator_log_diag(&diag);
	ck_assert_int_gt(read(reader, line, sizeof(line) - 1), 0);
	ck_assert_str_eq(line, "mock-ndes: log file: /x cannot be written\n");
}
END_TEST

/* A pipe holds 64 KiB: without dropping, the 1,000 lines would wait for ever. */
START_TEST(drops_lines_that_nobody_reads)
{
	static char line[1024];
	int reader = catch_stderr();
	char read_back[sizeof(line)];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (unsigned i = 0; i < 1000; i++)
		operator_log_write(BYTES(line, sizeof(line)));
	ck_assert_int_eq(read(reader, read_back, sizeof(read_back)), sizeof(line));
	ck_assert_mem_eq(read_back, line, sizeof(line));
}
END_TEST

START_TEST(survives_a_closed_stderr)
{
	close(STDERR_FILENO);
	operator_log_write(BYTES("x\n", 2));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("operator_log");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_test(all, writes_words_as_a_line);
	tcase_add_test(all, drops_lines_that_nobody_reads);
	tcase_add_test(all, survives_a_closed_stderr);
	return run_suite(suite);
}
