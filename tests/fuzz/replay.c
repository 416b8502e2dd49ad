/*
 * Plays the files of directories to a target, as libFuzzer would: replay_NAME DIRECTORY ... TAP. Where the
 * target has a mutator, so many of its mutations of each file are played too, always the same ones.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/memory.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (4 << 20)
#define MUTATIONS 16
#define GROWTH    4096 /* bytes by which a mutation may lengthen a file */

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
	__attribute__((weak));

static unsigned draw;

size_t
LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max)
{
	draw = draw * 1664525 + 1013904223;
	if (size == 0 || (draw >> 24 & 3) == 0) {
		if (size == size_max)
			return size;
		data[size++] = (uint8_t)(draw >> 16);
		return size;
	}
	data[(draw >> 8) % size] ^= (uint8_t)(1 << (draw >> 29));
	return size;
}

/* Its memory ends where the input does, so that a sanitizer sees who reads beyond. */
static void
play(struct bytes bytes)
{
	uint8_t *input = memory_new(bytes.size ? bytes.size : 1, 1);

	if (bytes.size)
		memcpy(input, bytes.data, bytes.size);
	LLVMFuzzerTestOneInput(input, bytes.size);
	free(input);
}

static void
play_mutation(struct bytes bytes, unsigned seed)
{
	size_t size_max = bytes.size + GROWTH, size;
	uint8_t *input = memory_new(size_max, 1);

	if (bytes.size)
		memcpy(input, bytes.data, bytes.size);
	draw = seed;
	size = LLVMFuzzerCustomMutator(input, bytes.size, size_max, seed);
	play(BYTES(input, size));
	free(input);
}

static void
play_file(const char *path)
{
	BUFFER_CLEANUP struct buffer text = {0};

	if (file_read(&text, path, INPUT_MAX) != 0) {
		fprintf(stderr, "replay: %s cannot be read\n", path);
		exit(EXIT_FAILURE);
	}
	play(buffer_bytes(&text));
	for (unsigned i = 0; LLVMFuzzerCustomMutator && i < MUTATIONS; i++)
		play_mutation(buffer_bytes(&text), i);
}

/* Plays all files of a directory; returns how many, counted on from `count`. */
static unsigned
play_all(const char *directory, unsigned count)
{
	DIR *folder = opendir(directory);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		TEXT_CLEANUP char *path = text_format("%s/%s", directory, entry->d_name);

		if (entry->d_name[0] == '.')
			continue;
		play_file(path);
		printf("ok %u - %s\n", ++count, entry->d_name);
		fflush(stdout);
	}
	if (folder)
		closedir(folder);
	return count;
}

int
main(int argc, char **argv)
{
	unsigned count = 0;

	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		unsigned before = count;

		count = play_all(argv[i], count);
		if (count == before) {
			fprintf(stderr, "replay: there is nothing in %s\n", argv[i]);
			return EXIT_FAILURE;
		}
	}
	printf("1..%u\n", count);
	return EXIT_SUCCESS;
}
