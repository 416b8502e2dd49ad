/*
 * Memory that runs out: the allocations of the whole process, libraries included, fail when a test says so.
 *
 * A program with this file has malloc, calloc and realloc of its own, which are those of the C library, or
 * of a sanitizer, until one is to fail. Each failure happens in a process of its own, which is forked where the
 * allocation is made.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

/* What reads input, and releases what it has read. Returns an outcome. */
struct exhaustion_reader {
	const char *name;
	int (*read)(struct bytes input, struct diag *diag);
};

/* Has libcrypto and jansson take their memory as the programs do. The first call of the program. */
void exhaustion_start(void);

/*
 * Reads the input, and once more for each allocation that this takes, with that one failing. Fails the test
 * unless each run ends either in the words and the abort of memory_exhausted, or with the outcome `wanted`
 * and the words that it has while there is memory; and, where it comes to its end, with all memory
 * released. Returns how many allocations there are.
 */
size_t exhaustion_try(const struct exhaustion_reader *reader, struct bytes input, int wanted);
