#include "server/ready_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/memory.h"

/* Returns 0 or the errno. */
static int
write_new(const char *path, struct bytes text)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return descriptor < 0 ? errno : file_write_and_close(descriptor, text);
}

int
ready_file_write(const char *path, struct bytes text, struct diag *diag)
{
	TEXT_CLEANUP char *temporary = text_format("%s.%ld", path, (long)getpid());
	int error = write_new(temporary, text);

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
