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
	{"svclog", "W3SVC1", "CertificateRegistrationPoint.svclog"},
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

bool
profile_logs_tell_of_faults(const struct deployment *deployment)
{
	BUFFER_CLEANUP struct buffer log = {0};

	read_log(&log, deployment, JOURNAL);
	return strstr(buffer_text(&log), "\"faults\":[") != NULL;
}

/* Returns the number of the log that a profile calls so, or PROFILE_LOGS_COUNT. */
static size_t
find_kind(const char *name)
{
	size_t kind = 0;

	while (kind < PROFILE_LOGS_COUNT && strcmp(kinds[kind].name, name) != 0)
		kind++;
	return kind;
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
		size_t kind = find_kind(name);
		char *words = kind == PROFILE_LOGS_COUNT
			? text_format("no log is called \"%s\"", name)
			: check_log(logs, deployment, kind, value);

		if (words)
			return words;
	}
	return NULL;
}

/* --- whole logs ------------------------------------------------------------------------ */

static char *
check_text(const char *log, const char *content, const json_t *text, bool has)
{
	if (!json_is_string(text))
		return text_format("file %s: a text is wanted", log);
	if ((strstr(content, json_string_value(text)) != NULL) == has)
		return NULL;
	return text_format("file %s %s \"%s\": %s", log, has ? "lacks" : "has",
		json_string_value(text), content);
}

static char *
check_texts(const char *log, const char *content, const json_t *texts, bool has)
{
	char *words = NULL;

	if (!json_is_array(texts))
		return check_text(log, content, texts, has);
	for (size_t i = 0; !words && i < json_array_size(texts); i++)
		words = check_text(log, content, json_array_get(texts, i), has);
	return words;
}

static char *
check_file(const struct deployment *deployment, const char *name, const json_t *wanted)
{
	BUFFER_CLEANUP struct buffer content = {0};
	size_t kind = find_kind(name);
	char *words = NULL;
	const char *key;
	json_t *texts;

	if (kind == PROFILE_LOGS_COUNT)
		return text_format("no log is called \"%s\"", name);
	if (json_object_size(wanted) == 0)
		return text_format("file %s: {has: text, lacks: text} is wanted", name);
	read_log(&content, deployment, kind);
	json_object_foreach((json_t *)wanted, key, texts) {
		bool has = strcmp(key, "has") == 0;

		if (!has && strcmp(key, "lacks") != 0)
			return text_format("file %s: \"%s\" is neither has nor lacks", name, key);
		words = check_texts(name, buffer_text(&content), texts, has);
		if (words)
			return words;
	}
	return NULL;
}

char *
profile_logs_check_files(const struct deployment *deployment, const json_t *wanted)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)wanted, name, value) {
		char *words = check_file(deployment, name, value);

		if (words)
			return words;
	}
	return NULL;
}
