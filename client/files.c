#include "client/files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/memory.h"

#define DIRECTORY_MODE 0700 /* keys are in it */

int
files_read(struct buffer *out, const char *path, struct diag *diag)
{
	int error = file_read(out, path, FILES_READ_MAX);

	if (error == 0)
		return DONE;
	if (error == EFBIG)
		return diag_refuse(diag, path, NULL, "a key or certificate in PEM",
			"more than %d bytes", FILES_READ_MAX);
	return diag_refuse(diag, path, NULL, "a file that can be read", "%s", strerror(error));
}

static bool
holds(const char *path, struct bytes content)
{
	BUFFER_SECRET_CLEANUP struct buffer found = {0};

	return files_read(&found, path, NULL) == DONE && bytes_equal(buffer_bytes(&found), content);
}

/* Returns whether the path may take this content. */
static int
check_replacement(const struct output_file *file, bool force, struct diag *diag)
{
	if (force || access(file->path, F_OK) != 0 ||
		(file->content.size > 0 && holds(file->path, file->content)))
		return DONE;
	return diag_refuse(diag, file->path, NULL,
		"another directory (--out), or --force to replace it", "the file is there already");
}

/* Makes the directory of a path unless it is there. */
static int
make_directory(const char *path, struct diag *diag)
{
	TEXT_CLEANUP char *copy = text_copy(path);
	const char *directory = dirname(copy);

	if (mkdir(directory, DIRECTORY_MODE) == 0 || errno == EEXIST)
		return DONE;
	return diag_refuse(diag, directory, NULL, "a directory, or a place to make one", "%s",
		strerror(errno));
}

int
files_check_output(const struct output_file *file, bool force, struct diag *diag)
{
	int result = make_directory(file->path, diag);

	return result == DONE ? check_replacement(file, force, diag) : result;
}

static int
break_file(struct diag *diag, const char *path, int error)
{
	return diag_break(diag, path, "could not be written: %s", strerror(error));
}

static void
closep(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
}

#define DESCRIPTOR_CLEANUP __attribute__((cleanup(closep)))

/* Writes the content beside the path and gives the temporary name. */
static int
write_temporary(char **out, const struct output_file *file, struct diag *diag)
{
	TEXT_CLEANUP char *name = text_format("%s.XXXXXX", file->path);
	DESCRIPTOR_CLEANUP int descriptor = mkostemp(name, O_CLOEXEC);
	int error;

	if (descriptor < 0)
		return break_file(diag, file->path, errno);
	*out = text_copy(name);
	error = file_write(descriptor, file->content);
	if (error == 0 && (fchmod(descriptor, file->mode) != 0 || fsync(descriptor) != 0))
		error = errno;
	return error == 0 ? DONE : break_file(diag, file->path, error);
}

/* Gives the temporary file its name; without `force` never in another one's place. */
static int
put_in_place(const char *temporary, const struct output_file *file, bool force, struct diag *diag)
{
	int failed = force ? rename(temporary, file->path) : link(temporary, file->path);

	if (!failed)
		return DONE;
	return errno == EEXIST ? check_replacement(file, force, diag)
			       : break_file(diag, file->path, errno);
}

int
files_write_all(const struct output_file *files, size_t count, bool force, struct diag *diag)
{
	char **temporary = memory_new(count, sizeof(*temporary));
	int result = DONE;

	for (size_t i = 0; result == DONE && i < count; i++)
		result = files_check_output(&files[i], force, diag);
	for (size_t i = 0; result == DONE && i < count; i++)
		result = write_temporary(&temporary[i], &files[i], diag);
	for (size_t i = 0; result == DONE && i < count; i++)
		result = put_in_place(temporary[i], &files[i], force, diag);
	for (size_t i = 0; i < count; i++) {
		if (temporary[i])
			unlink(temporary[i]);
		free(temporary[i]);
	}
	free(temporary);
	return result;
}
