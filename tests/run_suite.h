/*
 * The end of every test program: runs its suite and tells how it went.
 */
#pragma once

#include <check.h>
#include <stdlib.h>

/* Runs all tests of a suite, which it frees, and prints what check has to say, as much as CK_VERBOSITY asks for.
 * Returns the program's exit status. */
static inline int
run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
