#include "server/profile.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/suggestion.h"

struct reader {
	struct profile *profile;
	struct diag *diag;
	bool located; /* the refusal has its place; who called adds none */
};

struct key {
	const char *name;
	bool required;
	size_t offset; /* of a `const char *` or a `const json_t *` in struct profile */
	const char *wanted;
	bool (*fits)(const json_t *value);
	/* Looks at what is in it; NULL: nothing to see. DONE or REFUSED. */
	int (*check)(struct reader *reader, const json_t *value);
};

/* Puts the place of a member into the words of its refusal. */
static int
refused_at(struct reader *reader, const json_t *parent, const char *key, size_t index)
{
	char place[YAML_PLACE_SIZE];

	if (!reader->located)
		diag_locate(reader->diag,
			yaml_tree_place(place, &reader->profile->tree, parent, key, index));
	reader->located = true;
	return REFUSED;
}

static bool
is_text(const json_t *value)
{
	return json_is_string(value) && *json_string_value(value);
}

static bool
is_list(const json_t *value)
{
	return json_is_array(value);
}

static bool
is_mapping(const json_t *value)
{
	return json_is_object(value);
}

static bool
is_count(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= 1;
}

static int
check_texts(struct reader *reader, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (is_text(json_array_get(list, i)))
			continue;
		diag_refuse(reader->diag, "documented", NULL, "a text", "%s",
			yaml_tree_type_name(json_array_get(list, i)));
		return refused_at(reader, list, NULL, i);
	}
	return DONE;
}

/* Refuses a word that is not one of `words`, which NULL ends. */
static int
check_word(struct reader *reader, const char *object, const char *word, const char *const *words)
{
	struct suggestion suggestion = suggestion_start(word);
	BUFFER_CLEANUP struct buffer all = {0};

	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], word) == 0)
			return DONE;
		suggestion_offer(&suggestion, words[i]);
		buffer_append_format(&all, "%s%s", i ? ", " : "one of ", words[i]);
	}
	TEXT_CLEANUP char *what = text_format("\"%s\"", word);
	return suggestion_refuse(&suggestion, object, what, "", buffer_text(&all), reader->diag);
}

static int
check_affects(struct reader *reader, const json_t *list)
{
	static const char *const words[] = {
		"probe", "GetCACaps", "GetCACert", "PKIOperation", "admin_page", NULL};

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));

		if (check_word(reader, "affects", word ? word : "", words) != DONE)
			return refused_at(reader, list, NULL, i);
	}
	return DONE;
}

static int
check_reports(struct reader *reader, const json_t *reports)
{
	static const char *const words[] = {"windows", "ios", "android", NULL};
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)reports, name, value) {
		if (check_word(reader, "reports", name, words) != DONE)
			return refused_at(reader, reports, name, 0);
		if (is_text(value))
			continue;
		diag_refuse(reader->diag, name, NULL, "a text", "%s", yaml_tree_type_name(value));
		return refused_at(reader, reports, name, 0);
	}
	return DONE;
}

static int
check_settings(struct reader *reader, const json_t *value)
{
	SETTINGS_CLEANUP struct settings scratch = {0};
	const char *fault = NULL;

	settings_init(&scratch);
	if (settings_set_json(&scratch, value, &fault, reader->diag) == DONE)
		return DONE;
	return refused_at(reader, value, fault, 0);
}

static int
check_repair(struct reader *reader, const json_t *repair)
{
	static const char *const keys[] = {"settings", "takes", NULL};
	static const char *const verbs[] = {"now", "recycle", "iisreset", "reboot", NULL};
	const json_t *settings = json_object_get(repair, "settings");
	const char *takes = json_string_value(json_object_get(repair, "takes"));
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)repair, name, value)
		if (check_word(reader, "repair", name, keys) != DONE)
			return refused_at(reader, repair, name, 0);
	if (check_word(reader, "takes", takes ? takes : "", verbs) != DONE)
		return takes ? refused_at(reader, repair, "takes", 0) : REFUSED;
	if (!settings)
		return DONE;
	if (!json_is_object(settings)) {
		diag_refuse(reader->diag, "settings", NULL, "a mapping of NAME: VALUE", "%s",
			yaml_tree_type_name(settings));
		return refused_at(reader, repair, "settings", 0);
	}
	return check_settings(reader, settings);
}

static int
check_rules(struct reader *reader, const json_t *rules)
{
	const struct rule_source source = {rules, &reader->profile->tree, reader->profile->name};

	if (rule_set_check(&source, reader->diag) == DONE)
		return DONE;
	reader->located = true;
	return REFUSED;
}

static int
refuse_key(struct reader *reader, const char *name, const struct key *keys, size_t count)
{
	struct suggestion suggestion = suggestion_start(name);
	BUFFER_CLEANUP struct buffer all = {0};

	for (size_t i = 0; i < count; i++) {
		suggestion_offer(&suggestion, keys[i].name);
		buffer_append_format(&all, "%s%s", i ? ", " : "one of ", keys[i].name);
	}
	return suggestion_refuse(
		&suggestion, name, "no such key", "", buffer_text(&all), reader->diag);
}

static const struct key *
find_key(const char *name, const struct key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static int
refuse_type(struct reader *reader, const struct key *key, const json_t *value)
{
	return diag_refuse(
		reader->diag, key->name, NULL, key->wanted, "%s", yaml_tree_type_name(value));
}

/* Refuses a mapping that lacks a required key; the place is the caller's to say. */
static int
want_keys(struct reader *reader, const json_t *mapping, const struct key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (keys[i].required && !json_object_get(mapping, keys[i].name))
			return diag_refuse(
				reader->diag, keys[i].name, NULL, keys[i].wanted, "no such key");
	return DONE;
}

#define AT(member) offsetof(struct profile, member)
#define WORDS      "a text that is not empty"
#define LIST       "a list"
#define MAPPING    "a mapping"

/* What is in them is for those who play it. */
static const struct key expectation_keys[] = {
	{"request", true, 0, WORDS, is_text, NULL},
	{"sees", true, 0, MAPPING, is_mapping, NULL},
	{"logs", false, 0, MAPPING, is_mapping, NULL},
	{"files", false, 0, MAPPING, is_mapping, NULL},
	{"times", false, 0, "a whole number from 1 on", is_count, NULL},
};
#define EXPECTATION_KEY_COUNT (sizeof(expectation_keys) / sizeof(expectation_keys[0]))

static int
check_expectation(struct reader *reader, const json_t *expectation)
{
	const char *name;
	json_t *value;

	if (!json_is_object(expectation))
		return diag_refuse(reader->diag, "expect", NULL, MAPPING, "%s",
			yaml_tree_type_name(expectation));
	json_object_foreach((json_t *)expectation, name, value) {
		const struct key *key = find_key(name, expectation_keys, EXPECTATION_KEY_COUNT);

		if (!key)
			refuse_key(reader, name, expectation_keys, EXPECTATION_KEY_COUNT);
		else if (!key->fits(value))
			refuse_type(reader, key, value);
		else
			continue;
		return refused_at(reader, expectation, name, 0);
	}
	return want_keys(reader, expectation, expectation_keys, EXPECTATION_KEY_COUNT);
}

static int
check_expect(struct reader *reader, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (check_expectation(reader, json_array_get(list, i)) != DONE)
			return refused_at(reader, list, NULL, i);
	return DONE;
}

static const struct key keys[] = {
	{"title", true, AT(title), WORDS, is_text, NULL},
	{"symptom", true, AT(symptom), WORDS, is_text, NULL},
	{"cause", true, AT(cause), WORDS, is_text, NULL},
	{"remedy", true, AT(remedy), WORDS, is_text, NULL},
	{"documented", true, AT(documented), LIST, is_list, check_texts},
	{"affects", true, AT(affects), LIST, is_list, check_affects},
	{"reports", false, AT(reports), MAPPING, is_mapping, check_reports},
	{"settings", false, AT(settings), MAPPING, is_mapping, check_settings},
	{"rules", false, AT(rules), LIST, is_list, check_rules},
	{"repair", false, AT(repair), MAPPING, is_mapping, check_repair},
	{"expect", true, AT(expect), LIST, is_list, check_expect},
};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static int
take(struct reader *reader, const struct key *key, const json_t *value)
{
	void *member = (char *)reader->profile + key->offset;

	if (!key->fits(value))
		return refuse_type(reader, key, value);
	if (key->fits == is_text)
		*(const char **)member = json_string_value(value);
	else
		*(const json_t **)member = value;
	return key->check ? key->check(reader, value) : DONE;
}

static int
read_key(struct reader *reader, const char *name, const json_t *value)
{
	const struct key *key = find_key(name, keys, KEY_COUNT);

	return key ? take(reader, key, value) : refuse_key(reader, name, keys, KEY_COUNT);
}

static int
read_root(struct reader *reader, const json_t *root)
{
	const char *name;
	json_t *value;

	if (!json_is_object(root)) {
		diag_refuse(reader->diag, "", NULL, "a mapping of KEY: VALUE", "%s",
			yaml_tree_type_name(root));
		return refused_at(reader, NULL, NULL, 0);
	}
	json_object_foreach((json_t *)root, name, value)
		if (read_key(reader, name, value) != DONE)
			return refused_at(reader, root, name, 0);
	if (want_keys(reader, root, keys, KEY_COUNT) != DONE)
		return refused_at(reader, NULL, NULL, 0);
	return DONE;
}

int
profile_read(struct profile *out, const char *name, const char *file, struct bytes text,
	struct diag *diag)
{
	struct reader reader = {.profile = out, .diag = diag};

	*out = (struct profile){.name = text_copy(name)};
	if (yaml_tree_read(&out->tree, file, text, diag) != DONE)
		return REFUSED;
	return read_root(&reader, out->tree.root);
}

void
profile_done(struct profile *profile)
{
	free(profile->name);
	yaml_tree_done(&profile->tree);
	*profile = (struct profile){0};
}
