#include "server/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "server/log_watch.h"
#include "server/operator_log.h"

/* Of all files, since the start of the process. */
static _Atomic uint64_t failures;

uint64_t
log_file_failures(void)
{
	return failures;
}

/* Returns an errno. */
static int
make_folder(const char *path)
{
	TEXT_CLEANUP char *part = text_format("%s/.", path);
	int cause = 0;

	for (char *slash = strchr(part, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		cause = *part && mkdir(part, 0755) != 0 && errno != EEXIST ? errno : 0;
		*slash = '/';
	}
	if (access(part, W_OK | X_OK) != 0)
		return cause ? cause : errno;
	log_watch_add(path);
	return 0;
}

int
log_file_make_directory(const char *path, struct diag *diag)
{
	int cause = make_folder(path);

	if (cause == 0)
		return DONE;
	return diag_refuse(diag, "log directory", NULL, "a folder that this process may write to",
		"%s: %s", path, strerror(cause));
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
	file->named = false;
}

void
log_file_turn(struct log_file *file, char *path)
{
	close_file(file);
	free(file->path);
	file->path = path;
}

void
log_file_reopen(struct log_file *file)
{
	close_file(file);
	file->failing = false;
}

/* What has no name any more, nobody can read. */
static bool
is_removed(const struct log_file *file)
{
	struct stat state;

	return fstat(file->descriptor, &state) == 0 && state.st_nlink == 0;
}

bool
log_file_is_closed(struct log_file *file)
{
	unsigned removals = log_watch_removals();

	if (file->named && file->removals != removals && is_removed(file))
		close_file(file);
	file->removals = removals;
	return file->descriptor < 0;
}

static int
open_for_appending(const struct log_file *file)
{
	return open(
		file->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, file->secret ? 0600 : 0644);
}

/* Makes the folder of a file again, which somebody has removed. Returns an errno. */
static int
restore_folder(const char *path)
{
	const char *name = strrchr(path, '/');
	TEXT_CLEANUP char *folder = text_copy_size(path, name ? (size_t)(name - path) : 0);

	return *folder ? make_folder(folder) : 0;
}

/* Returns an errno. */
static int
open_file(struct log_file *file)
{
	int cause;

	file->descriptor = open_for_appending(file);
	if (file->descriptor < 0 && errno == ENOENT) {
		cause = restore_folder(file->path);
		if (cause != 0)
			return cause;
		file->descriptor = open_for_appending(file);
	}
	if (file->descriptor < 0)
		return errno;
	file->named = !is_removed(file); /* some file systems count no names */
	return 0;
}

int
log_file_open(struct log_file *file, struct diag *diag)
{
	int cause = open_file(file);

	if (cause == 0)
		return DONE;
	return diag_refuse(diag, "log file", NULL, "a file that this process may append to",
		"%s: %s", file->path, strerror(cause));
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
	int cause = 0;

	if (log_file_is_closed(file))
		cause = open_file(file);
	if (cause == 0)
		cause = write_whole(file->descriptor, lines);
	if (cause == 0)
		return DONE;
	close_file(file);
	return diag_break(diag, "log file", "%s cannot be written, lines are lost: %s", file->path,
		strerror(cause));
}

/* Whoever was told that lines are lost is told when that ends. */
static void
tell_recovery(struct log_file *file)
{
	BUFFER_CLEANUP struct buffer line = {0};

	buffer_append_format(&line,
		"mock-ndes: log file: %s is written again; lines of it were lost %" PRIu64
		" times\n",
		file->path, file->lost);
	operator_log_write(buffer_bytes(&line));
	file->lost = 0;
}

int
log_file_append(struct log_file *file, struct bytes lines, struct diag *diag)
{
	bool told = file->failing;
	int outcome = append(file, lines, told ? NULL : diag);

	file->failing = outcome != DONE;
	if (outcome != DONE) {
		file->lost++;
		failures++;
	} else if (file->lost) {
		tell_recovery(file);
	}
	return told ? DONE : outcome;
}

void
log_file_done(struct log_file *file)
{
	close_file(file);
	free(file->path);
	file->path = NULL;
}
