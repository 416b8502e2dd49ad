/*
 * What is wrong here is what clang-tidy, cppcheck and gcc -fanalyzer are asked to find elsewhere.
 * Nothing compiles this into a program; analyse.py looks whether each finds all that the comments
 * say of it. There is one of each group of checks that .clang-tidy names, and of each kind of
 * finding and the libraries that cppcheck is told of.
 */
#include "tests/analysis/defects.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* clang-tidy: clang-analyzer-unix.Malloc, gcc: -Wanalyzer-use-after-free */
int
defects_read_after_free(void)
{
	int *number = malloc(sizeof(*number));

	if (!number)
		return 0;
	*number = 1;
	free(number);
	return *number;
}

/* clang-tidy: clang-diagnostic-array-bounds, cppcheck: arrayIndexOutOfBounds,
 * gcc: -Wanalyzer-use-of-uninitialized-value */
int
defects_read_beyond(void)
{
	int numbers[2] = {0};

	return numbers[2];
}

/* cppcheck: nullPointerRedundantCheck */
int
defects_look_too_late(const int *number)
{
	int value = *number;

	return number ? value : 0;
}

/* clang-tidy: bugprone-suspicious-string-compare */
int
defects_compare(const char *one, const char *other)
{
	if (strcmp(one, other))
		return 1;
	return 0;
}

/* clang-tidy: cert-err34-c */
int
defects_convert(const char *text)
{
	return atoi(text);
}

/* clang-tidy: concurrency-thread-canceltype-asynchronous */
int
defects_cancel(int *before)
{
	return pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, before);
}

/* clang-tidy: performance-no-int-to-ptr */
void *
defects_cast(uintptr_t number)
{
	return (void *)number;
}

/* cppcheck: arithOperationsOnVoidPointer */
void *
defects_step(void *bytes)
{
	return bytes + 1;
}

/* cppcheck: resourceLeak */
bool
defects_leak(const char *path)
{
	int descriptor = open(path, O_RDONLY);

	return descriptor >= 0;
}

/* clang-tidy: readability-redundant-control-flow */
void
defects_return(int *number)
{
	*number = 1;
	return;
}
