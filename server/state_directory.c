#include "server/state_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"

#define OBJECT "state directory"

/* The holder's process id stands in the lock file, for people. */
#define HOLDER_SIZE 16

/* Says why flock refused; when another process holds the lock, which one. */
static int
refuse_lock(int lock, int error, const char *path, struct diag *diag)
{
	char holder[HOLDER_SIZE] = "";
	ssize_t size;

	if (error != EWOULDBLOCK)
		return diag_refuse(diag, OBJECT, NULL, "a file system with flock",
			"%s cannot be locked: %s", path, strerror(error));
	size = pread(lock, holder, sizeof(holder) - 1, 0);
	holder[size > 0 ? strcspn(holder, "\n") : 0] = '\0';
	return diag_refuse(diag, OBJECT, NULL, "one directory for each server",
		"%s is in use by another mock-ndes%s%s", path, holder[0] ? ", process " : "",
		holder);
}

static int
write_holder(int lock, const char *path, struct diag *diag)
{
	char holder[HOLDER_SIZE];
	int size = snprintf(holder, sizeof(holder), "%ld\n", (long)getpid());

	if (ftruncate(lock, 0) != 0 || pwrite(lock, holder, (size_t)size, 0) != size)
		return diag_refuse(diag, OBJECT, NULL, "a place to write to",
			"the lock file in %s cannot be written: %s", path, strerror(errno));
	return DONE;
}

int
state_directory_lock(int *out, const char *path, struct diag *diag)
{
	TEXT_CLEANUP char *name = text_format("%s/%s", path, STATE_DIRECTORY_LOCK);
	int lock, result;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return diag_refuse(diag, OBJECT, NULL, "a path whose parent is there",
			"%s cannot be made: %s", path, strerror(errno));
	lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock < 0)
		return diag_refuse(diag, OBJECT, NULL, "a directory that can be written",
			"%s cannot be opened: %s", name, strerror(errno));
	if (flock(lock, LOCK_EX | LOCK_NB) != 0)
		result = refuse_lock(lock, errno, path, diag);
	else
		result = write_holder(lock, path, diag);
	if (result == DONE)
		*out = lock;
	else
		close(lock);
	return result;
}

int
state_directory_make_file(const char *path, struct diag *diag)
{
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (file < 0)
		return diag_refuse(diag, "state file", NULL, "a file that can be written",
			"%s cannot be opened: %s", path, strerror(errno));
	close(file);
	return DONE;
}

void
state_directory_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}
