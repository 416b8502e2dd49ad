#include "temporary_directory.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/memory.h"

#define OPEN_FOLDERS_MAX 16

char *
temporary_directory_new(void)
{
	const char *above = getenv("TMPDIR");
	char *path = text_format("%s/mock-ndes-test-XXXXXX", above ? above : "/tmp");

	ck_assert_ptr_nonnull(mkdtemp(path));
	return path;
}

char *
temporary_directory_read(const char *directory, const char *name)
{
	TEXT_CLEANUP char *path = text_format("%s/%s", directory, name);
	struct buffer content = {0};
	FILE *file = fopen(path, "r");
	uint8_t chunk[4096];
	size_t size;

	ck_assert_msg(file != NULL, "%s: no such file", path);
	while ((size = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buffer_append(&content, BYTES(chunk, size));
	fclose(file);
	return buffer_text(&content);
}

static int
remove_one(const char *path, const struct stat *state, int type, struct FTW *where)
{
	return remove(path);
}

void
temporary_directory_remove(char *directory)
{
	nftw(directory, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
	free(directory);
}
