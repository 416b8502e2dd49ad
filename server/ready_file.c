#include "server/ready_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"

static bool
write_all(int descriptor, struct bytes text)
{
	while (text.size) {
		ssize_t written = write(descriptor, text.data, text.size);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0)
			text = BYTES(text.data + written, text.size - (size_t)written);
	}
	return true;
}

/* Returns 0 or the errno. */
static int
write_file(const char *path, struct bytes text)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), error;

	if (descriptor < 0)
		return errno;
	error = write_all(descriptor, text) ? 0 : errno;
	if (close(descriptor) != 0 && error == 0)
		error = errno;
	return error;
}

int
ready_file_write(const char *path, struct bytes text, struct diag *diag)
{
	TEXT_CLEANUP char *temporary = text_format("%s.%ld", path, (long)getpid());
	int error = write_file(temporary, text);

	if (error == 0 && rename(temporary, path) != 0)
		error = errno;
	if (error == 0)
		return DONE;
	unlink(temporary);
	return diag_refuse(diag, "ready file", NULL, "a path that can be written", "%s: %s", path,
		strerror(error));
}

void
ready_file_remove(const char *path)
{
	if (path)
		unlink(path);
}
