#include "tests/integration/profile_logs.h"

#include <check.h>
#include <dirent.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/memory.h"

#define LOG_SIZE_MAX (16 << 20)

static const struct {
	const char *name; /* as the profile says it */
	const char *folder;
	const char *begins; /* the file's name; the last one that begins so */
} kinds[PROFILE_LOGS_COUNT] = {
	{"w3c", "W3SVC1", "u_ex"},
	{"httperr", "W3SVC1/HTTPERR", "httperr"},
	{"event", "W3SVC1", "eventlog.jsonl"},
	{"plugin", "W3SVC1", "NDESPlugin.log"},
	{"setup", "W3SVC1", "SetupMsi.log"},
	{"journal", ".", "journal.jsonl"},
};
#define JOURNAL (PROFILE_LOGS_COUNT - 1)

/* Reads a log; what is not there is empty. */
static void
read_log(struct buffer *out, const struct deployment *deployment, size_t kind)
{
	TEXT_CLEANUP char *folder =
		text_format("%s/logs/%s", deployment->directory, kinds[kind].folder);
	DIR *entries = opendir(folder);
	struct dirent *entry;

	while (entries && (entry = readdir(entries))) {
		TEXT_CLEANUP char *path = text_format("%s/%s", folder, entry->d_name);

		if (strncmp(entry->d_name, kinds[kind].begins, strlen(kinds[kind].begins)) == 0)
			file_read(out, path, LOG_SIZE_MAX);
	}
	if (entries)
		closedir(entries);
}

void
profile_logs_mark(struct profile_logs *logs, const struct deployment *deployment)
{
	for (size_t i = 0; i < PROFILE_LOGS_COUNT; i++) {
		BUFFER_CLEANUP struct buffer log = {0};

		read_log(&log, deployment, i);
		logs->sizes[i] = log.size;
	}
}

/* The journal's line is written behind all others of its exchange. */
static void
wait_for_journal(const struct profile_logs *logs, const struct deployment *deployment)
{
	int64_t deadline = clock_monotonic_ns() + INT64_C(1000000) * RAW_PATIENCE_MS;

	for (;;) {
		BUFFER_CLEANUP struct buffer log = {0};

		read_log(&log, deployment, JOURNAL);
		if (log.size > logs->sizes[JOURNAL])
			return;
		ck_assert_msg(clock_monotonic_ns() < deadline, "no new line in the journal");
		poll(NULL, 0, 2);
	}
}

/* Returns whether a line of `text` that is no header has `pattern` ("none": whether there is none). */
static bool
fits(const char *text, const char *pattern)
{
	bool none = strcmp(pattern, "none") == 0, found = false;

	while (*text) {
		size_t size = strcspn(text, "\n");

		if (text[0] != '#' && size > 0)
			found |= none || memmem(text, size, pattern, strlen(pattern)) != NULL;
		text += size + (text[size] == '\n');
	}
	return none ? !found : found;
}

static char *
check_one(const char *name, const char *added, const json_t *pattern)
{
	/* An event is looked for by its number. */
	TEXT_CLEANUP char *number = json_is_integer(pattern)
		? text_format("\"id\":%d,", (int)json_integer_value(pattern))
		: NULL;
	const char *text = number ? number : json_string_value(pattern);

	if (!text)
		return text_format("log %s: a text or the number of an event is wanted", name);
	if (fits(added, text))
		return NULL;
	return text_format("log %s has not \"%s\" but: %s", name, text, added);
}

static char *
check_log(const struct profile_logs *logs, const struct deployment *deployment, size_t kind,
	const json_t *wanted)
{
	BUFFER_CLEANUP struct buffer log = {0};
	const char *added;
	char *words = NULL;

	read_log(&log, deployment, kind);
	added = buffer_text(&log) + logs->sizes[kind];
	if (!json_is_array(wanted))
		return check_one(kinds[kind].name, added, wanted);
	for (size_t i = 0; !words && i < json_array_size(wanted); i++)
		words = check_one(kinds[kind].name, added, json_array_get(wanted, i));
	return words;
}

char *
profile_logs_check(
	const struct profile_logs *logs, const struct deployment *deployment, const json_t *wanted)
{
	const char *name;
	json_t *value;

	wait_for_journal(logs, deployment);
	json_object_foreach((json_t *)wanted, name, value) {
		char *words = NULL;
		bool known = false;

		for (size_t i = 0; !words && i < PROFILE_LOGS_COUNT; i++) {
			if (strcmp(kinds[i].name, name) != 0)
				continue;
			known = true;
			words = check_log(logs, deployment, i, value);
		}
		if (!known)
			return text_format("no log is called \"%s\"", name);
		if (words)
			return words;
	}
	return NULL;
}
