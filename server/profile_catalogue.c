#include "server/profile_catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/memory.h"
#include "common/suggestion.h"
#include "server/built_in_profiles.h"

static const char extension[] = ".yaml";

/* Names, each on the heap. */
struct names {
	char **names;
	size_t count;
};

static void
names_done(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
}

static void
add(struct names *names, char *name)
{
	names->names = memory_resize(names->names, (names->count + 1) * sizeof(char *));
	names->names[names->count++] = name;
}

static int
compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static void
add_directory(struct names *names, const char *directory)
{
	DIR *folder = directory ? opendir(directory) : NULL;
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		size_t size = strlen(entry->d_name), end = strlen(extension);

		if (size > end && strcmp(entry->d_name + size - end, extension) == 0)
			add(names, text_copy_size(entry->d_name, size - end));
	}
	if (folder)
		closedir(folder);
}

int
profile_catalogue_each(
	const char *directory, int (*visit)(void *context, const char *name), void *context)
{
	__attribute__((cleanup(names_done))) struct names names = {0};
	int result = 0;

	for (size_t i = 0; built_in_profiles[i].name; i++)
		add(&names, text_copy(built_in_profiles[i].name));
	add_directory(&names, directory);
	if (names.count)
		qsort(names.names, names.count, sizeof(char *), compare);
	for (size_t i = 0; result == 0 && i < names.count; i++)
		if (i == 0 || strcmp(names.names[i], names.names[i - 1]) != 0)
			result = visit(context, names.names[i]);
	return result;
}

struct search {
	struct suggestion suggestion;
	struct names kept; /* what the suggestion borrows */
};

static int
offer(void *context, const char *name)
{
	struct search *search = context;

	add(&search->kept, text_copy(name));
	suggestion_offer(&search->suggestion, search->kept.names[search->kept.count - 1]);
	return 0;
}

static int
refuse_unknown(const char *directory, const char *name, struct diag *diag)
{
	struct search search = {.suggestion = suggestion_start(name)};

	profile_catalogue_each(directory, offer, &search);
	suggestion_refuse(&search.suggestion, name, "no such fault profile", "",
		"one that \"mock-ndes faults\" lists", diag);
	names_done(&search.kept);
	return REFUSED;
}

/* A name that leads out of the directory is none. */
static bool
is_name(const char *name)
{
	return *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

/* DONE; REFUSED: not in the directory, or not readable, which `diag` then says. */
static int
read_own(struct profile *out, bool *found, const char *directory, const char *name,
	struct diag *diag)
{
	TEXT_CLEANUP char *path = text_format("%s/%s%s", directory, name, extension);
	BUFFER_CLEANUP struct buffer text = {0};
	int error = file_read(&text, path, YAML_TREE_SIZE_MAX);

	*found = error != ENOENT;
	if (error == 0 || error == EFBIG)
		return profile_read(out, name, path, buffer_bytes(&text), diag);
	return diag_refuse(
		diag, name, NULL, "a file that can be read", "%s: %s", path, strerror(error));
}

int
profile_catalogue_read(
	struct profile *out, const char *directory, const char *name, struct diag *diag)
{
	TEXT_CLEANUP char *file = text_format("fault-profiles/%s%s", name, extension);
	bool found = false;

	*out = (struct profile){0};
	if (is_name(name) && directory) {
		int result = read_own(out, &found, directory, name, diag);

		if (found)
			return result;
	}
	for (size_t i = 0; built_in_profiles[i].name; i++)
		if (strcmp(built_in_profiles[i].name, name) == 0)
			return profile_read(out, name, file, built_in_profiles[i].text, diag);
	return refuse_unknown(directory, name, diag);
}
