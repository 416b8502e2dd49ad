/* Plays the files of directories to a target, as libFuzzer would: replay_NAME DIRECTORY ... TAP. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/memory.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (4 << 20)

/* Its memory ends where the input does, so that a sanitizer sees who reads beyond. */
static void
play(const char *path)
{
	BUFFER_CLEANUP struct buffer text = {0};
	uint8_t *input;

	if (file_read(&text, path, INPUT_MAX) != 0) {
		fprintf(stderr, "replay: %s cannot be read\n", path);
		exit(EXIT_FAILURE);
	}
	input = memory_new(text.size ? text.size : 1, 1);
	if (text.size)
		memcpy(input, text.data, text.size);
	LLVMFuzzerTestOneInput(input, text.size);
	free(input);
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
		play(path);
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
