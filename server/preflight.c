#include "server/preflight.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"

#define WANTED "a directory that this process may write to"

/* Returns the directory that `path` lies in; the caller frees. */
static char *
directory_of(const char *path)
{
	size_t size = strlen(path);

	while (size > 1 && path[size - 1] == '/')
		size--;
	while (size > 0 && path[size - 1] != '/')
		size--;
	while (size > 1 && path[size - 1] == '/')
		size--;
	return size ? text_copy_size(path, size) : text_copy(".");
}

static int
check_writable(const char *object, const char *path, struct diag *diag)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return diag_refuse(diag, object, NULL, WANTED, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return diag_refuse(diag, object, NULL, WANTED, "%s is no directory", path);
	if (access(path, W_OK | X_OK) != 0)
		return diag_refuse(diag, object, NULL, WANTED, "%s: %s", path, strerror(errno));
	return DONE;
}

/* A directory that is missing can be made in one that is there; with `deep`, in any above it. */
static int
check_directory(const char *object, const char *path, bool deep, struct diag *diag)
{
	TEXT_CLEANUP char *above = directory_of(path);
	struct stat status;

	if (stat(path, &status) == 0 || errno != ENOENT)
		return check_writable(object, path, diag);
	if (deep && strcmp(above, path) != 0)
		return check_directory(object, above, deep, diag);
	return check_writable(object, above, diag);
}

static int
check_file(const char *object, const char *path, struct diag *diag)
{
	TEXT_CLEANUP char *above = directory_of(path);
	struct stat status;

	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return diag_refuse(
			diag, object, NULL, "the path of a file", "%s is something else", path);
	return check_writable(object, above, diag);
}

static int
check_readable(const char *object, const char *path, struct diag *diag)
{
	static const char wanted[] = "a directory that this process may read";
	DIR *directory = opendir(path);

	if (!directory)
		return diag_refuse(diag, object, NULL, wanted, "%s: %s", path, strerror(errno));
	closedir(directory);
	return DONE;
}

int
preflight_check_profiles(const char *directory, struct diag *diag)
{
	return directory ? check_readable("fault profiles", directory, diag) : DONE;
}

int
preflight_check(const struct configuration *configuration, struct diag *diag)
{
	if (preflight_check_profiles(configuration->fault_directory, diag) != DONE)
		return REFUSED;
	if (configuration->state_directory &&
		check_directory("state directory", configuration->state_directory, false, diag))
		return REFUSED;
	if (configuration->log_directory &&
		check_directory("log directory", configuration->log_directory, true, diag))
		return REFUSED;
	if (configuration->ready_file && check_file("ready file", configuration->ready_file, diag))
		return REFUSED;
	return DONE;
}
