#include "server/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"

int
log_file_make_directory(const char *path, struct diag *diag)
{
	TEXT_CLEANUP char *part = text_format("%s/.", path);
	int cause = 0;

	for (char *slash = strchr(part, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		cause = *part && mkdir(part, 0755) != 0 && errno != EEXIST ? errno : 0;
		*slash = '/';
	}
	if (access(part, W_OK | X_OK) == 0)
		return DONE;
	return diag_refuse(diag, "log directory", NULL, "a folder that this process may write to",
		"%s: %s", path, strerror(cause ? cause : errno));
}

void
log_file_init(struct log_file *file, char *path)
{
	*file = (struct log_file){.path = path, .descriptor = -1};
}

static void
close_file(struct log_file *file)
{
	if (file->descriptor >= 0)
		close(file->descriptor);
	file->descriptor = -1;
}

void
log_file_turn(struct log_file *file, char *path)
{
	close_file(file);
	free(file->path);
	file->path = path;
}

bool
log_file_is_closed(const struct log_file *file)
{
	return file->descriptor < 0;
}

int
log_file_open(struct log_file *file, struct diag *diag)
{
	file->descriptor = open(file->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (file->descriptor >= 0)
		return DONE;
	return diag_refuse(diag, "log file", NULL, "a file that this process may append to",
		"%s: %s", file->path, strerror(errno));
}

/* Writes all of `lines`; when that fails, takes back what was written of them. Returns an errno. */
static int
write_whole(int descriptor, struct bytes lines)
{
	size_t done = 0;
	struct stat state;
	int cause;

	while (done < lines.size) {
		ssize_t written = write(descriptor, lines.data + done, lines.size - done);

		if (written > 0) {
			done += (size_t)written;
			continue;
		}
		cause = errno;
		if (done > 0 && fstat(descriptor, &state) == 0 &&
			ftruncate(descriptor, state.st_size - (off_t)done) != 0)
			return errno;
		return cause;
	}
	return 0;
}

static int
append(struct log_file *file, struct bytes lines, struct diag *diag)
{
	int cause;

	if (log_file_is_closed(file) && log_file_open(file, diag) != DONE)
		return BROKEN;
	cause = write_whole(file->descriptor, lines);
	if (cause == 0)
		return DONE;
	close_file(file);
	return diag_break(diag, "log file", "%s cannot be written, lines are lost: %s", file->path,
		strerror(cause));
}

int
log_file_append(struct log_file *file, struct bytes lines, struct diag *diag)
{
	bool told = file->failing;
	int outcome = append(file, lines, told ? NULL : diag);

	file->failing = outcome != DONE;
	return told ? DONE : outcome;
}

void
log_file_done(struct log_file *file)
{
	close_file(file);
	free(file->path);
	file->path = NULL;
}
