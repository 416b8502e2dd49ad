#include "server/profile.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/suggestion.h"

struct reader {
	struct profile *profile;
	struct diag *diag;
	bool located; /* the refusal has its place; who called adds none */
};

/* --- keys --------------------------------------------------------------------------- */

#define AT(member) offsetof(struct profile, member)
#define WORDS(...)                                                                                 \
	.words = (const char *const[])                                                             \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

/* clang-format off */
static const struct profile_key repair_keys[] = {
	{"settings", PROFILE_SETTINGS, .help = "The settings that heal it"},
	{"takes", PROFILE_WORD, true, WORDS("now", "recycle", "iisreset", "reboot"),
		.help = "Behind what that is seen"},
	{0},
};

static const struct profile_key expectation_keys[] = {
	{"request", PROFILE_TEXT, true, .help = "What a client asks for"},
	{"sees", PROFILE_MAPPING, true, .help = "What it gets"},
	{"logs", PROFILE_MAPPING, .help = "What the logs say of it"},
	{"files", PROFILE_MAPPING, .help = "What other files in the folder of its logs hold"},
	{"times", PROFILE_COUNT, .help = "How many times in a row; once when absent"},
	{0},
};

static const struct profile_key keys[] = {
	{"title", PROFILE_TEXT, true, AT(title), .help = "What is broken, in a line"},
	{"symptom", PROFILE_TEXT, true, AT(symptom), .help = "What a person sees of it"},
	{"cause", PROFILE_TEXT, true, AT(cause), .help = "Why"},
	{"remedy", PROFILE_TEXT, true, AT(remedy), .help = "What to do about it on the real thing"},
	{"documented", PROFILE_TEXTS, true, AT(documented),
		.help = "Where: \"S1: document, heading\"; may be empty"},
	{"affects", PROFILE_WORDS, true, AT(affects),
		WORDS("probe", "GetCACaps", "GetCACert", "PKIOperation", "admin_page"),
		.help = "Which requests are answered otherwise"},
	{"reports", PROFILE_TEXT_PER_WORD, .offset = AT(reports),
		WORDS("windows", "ios", "android"), .help = "What devices tell"},
	{"settings", PROFILE_SETTINGS, .offset = AT(settings),
		.help = "What is set otherwise on the deployment"},
	{"rules", PROFILE_RULES, .offset = AT(rules),
		.help = "What is done to which exchanges, and how often"},
	{"repair", PROFILE_KEYS, .offset = AT(repair), .keys = repair_keys,
		.help = "What heals it"},
	{"expect", PROFILE_KEYS_LIST, true, AT(expect), .keys = expectation_keys,
		.help = "What a client must see, in this order; for tests"},
	{0},
};
/* clang-format on */

const struct profile_key *
profile_keys(void)
{
	return keys;
}

/* --- reading ------------------------------------------------------------------------ */

static int read_keys(
	struct reader *reader, const struct profile_key *rows, const json_t *mapping, bool top);

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

/* Refuses a word that is not one of those of the row. */
static int
read_word(struct reader *reader, const struct profile_key *row, const char *word)
{
	struct suggestion suggestion = suggestion_start(word);
	TEXT_CLEANUP char *what = text_format("\"%s\"", word);
	BUFFER_CLEANUP struct buffer all = {0};

	for (size_t i = 0; row->words[i]; i++) {
		if (strcmp(row->words[i], word) == 0)
			return DONE;
		suggestion_offer(&suggestion, row->words[i]);
		buffer_append_format(&all, "%s%s", i ? ", " : "one of ", row->words[i]);
	}
	return suggestion_refuse(&suggestion, row->name, what, "", buffer_text(&all), reader->diag);
}

static int
read_scalar(struct reader *reader, const struct profile_key *row, const json_t *value)
{
	return row->kind == PROFILE_WORD ? read_word(reader, row, json_string_value(value)) : DONE;
}

static int
read_list(struct reader *reader, const struct profile_key *row, const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
	{
		int result = DONE;

		if (row->kind == PROFILE_KEYS_LIST)
			result = json_is_object(item)
				? read_keys(reader, row->keys, item, false)
				: diag_refuse(reader->diag, row->name, NULL, "a mapping", "%s",
					  yaml_tree_type_name(item));
		else if (!is_text(item))
			result = diag_refuse(reader->diag, row->name, NULL, "a text", "%s",
				yaml_tree_type_name(item));
		else if (row->kind == PROFILE_WORDS)
			result = read_word(reader, row, json_string_value(item));
		if (result != DONE)
			return refused_at(reader, list, NULL, i);
	}
	return DONE;
}

static int
read_text_per_word(struct reader *reader, const struct profile_key *row, const json_t *mapping)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)mapping, name, value) {
		if (read_word(reader, row, name) != DONE)
			return refused_at(reader, mapping, name, 0);
		if (is_text(value))
			continue;
		diag_refuse(reader->diag, name, NULL, "a text", "%s", yaml_tree_type_name(value));
		return refused_at(reader, mapping, name, 0);
	}
	return DONE;
}

static int
read_settings(struct reader *reader, const struct profile_key *row, const json_t *value)
{
	SETTINGS_CLEANUP struct settings scratch = {0};
	const char *fault = NULL;

	settings_init(&scratch);
	if (settings_set_json(&scratch, value, &fault, reader->diag) == DONE)
		return DONE;
	return refused_at(reader, value, fault, 0);
}

static int
read_rules(struct reader *reader, const struct profile_key *row, const json_t *rules)
{
	const struct rule_source source = {rules, &reader->profile->tree, reader->profile->name};

	if (rule_set_check(&source, reader->diag) == DONE)
		return DONE;
	reader->located = true;
	return REFUSED;
}

static int
read_mapping(struct reader *reader, const struct profile_key *row, const json_t *mapping)
{
	return row->keys ? read_keys(reader, row->keys, mapping, false) : DONE;
}

static bool
is_string(const json_t *value)
{
	return json_is_string(value);
}

static bool
is_count(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= 1;
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

/* How each kind is read: its type, then what is in it. */
static const struct {
	const char *wanted;
	bool (*fits)(const json_t *value);
	int (*read)(struct reader *reader, const struct profile_key *row, const json_t *value);
} kinds[] = {
	[PROFILE_TEXT] = {"a text that is not empty", is_text, read_scalar},
	[PROFILE_COUNT] = {"a whole number from 1 on", is_count, read_scalar},
	[PROFILE_WORD] = {"a word", is_string, read_scalar},
	[PROFILE_TEXTS] = {"a list", is_list, read_list},
	[PROFILE_WORDS] = {"a list", is_list, read_list},
	[PROFILE_TEXT_PER_WORD] = {"a mapping", is_mapping, read_text_per_word},
	[PROFILE_SETTINGS] = {"a mapping of NAME: VALUE", is_mapping, read_settings},
	[PROFILE_RULES] = {"a list", is_list, read_rules},
	[PROFILE_MAPPING] = {"a mapping", is_mapping, read_mapping},
	[PROFILE_KEYS] = {"a mapping", is_mapping, read_mapping},
	[PROFILE_KEYS_LIST] = {"a list", is_list, read_list},
};

static const struct profile_key *
find_key(const char *name, const struct profile_key *rows)
{
	for (; rows->name; rows++)
		if (strcmp(rows->name, name) == 0)
			return rows;
	return NULL;
}

static int
refuse_key(struct reader *reader, const char *name, const struct profile_key *rows)
{
	struct suggestion suggestion = suggestion_start(name);
	BUFFER_CLEANUP struct buffer all = {0};

	for (size_t i = 0; rows[i].name; i++) {
		suggestion_offer(&suggestion, rows[i].name);
		buffer_append_format(&all, "%s%s", i ? ", " : "one of ", rows[i].name);
	}
	return suggestion_refuse(
		&suggestion, name, "no such key", "", buffer_text(&all), reader->diag);
}

static void
keep(struct profile *profile, const struct profile_key *row, const json_t *value)
{
	void *member = (char *)profile + row->offset;

	if (row->kind == PROFILE_TEXT)
		*(const char **)member = json_string_value(value);
	else
		*(const json_t **)member = value;
}

static int
read_key(struct reader *reader, const struct profile_key *rows, const char *name,
	const json_t *value, bool top)
{
	const struct profile_key *row = find_key(name, rows);

	if (!row)
		return refuse_key(reader, name, rows);
	if (!kinds[row->kind].fits(value))
		return diag_refuse(reader->diag, name, NULL, kinds[row->kind].wanted, "%s",
			yaml_tree_type_name(value));
	if (top)
		keep(reader->profile, row, value);
	return kinds[row->kind].read(reader, row, value);
}

/* What is in a mapping has its place; that something is missing from it is for the caller to place. */
static int
read_keys(struct reader *reader, const struct profile_key *rows, const json_t *mapping, bool top)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)mapping, name, value)
		if (read_key(reader, rows, name, value, top) != DONE)
			return refused_at(reader, mapping, name, 0);
	for (; rows->name; rows++)
		if (rows->required && !json_object_get(mapping, rows->name))
			return diag_refuse(reader->diag, rows->name, NULL, kinds[rows->kind].wanted,
				"this key is missing");
	return DONE;
}

int
profile_read(struct profile *out, const char *name, const char *file, struct bytes text,
	struct diag *diag)
{
	struct reader reader = {.profile = out, .diag = diag};
	const json_t *root;

	*out = (struct profile){.name = text_copy(name)};
	if (yaml_tree_read(&out->tree, file, text, diag) != DONE)
		return REFUSED;
	root = out->tree.root;
	if (!json_is_object(root))
		diag_refuse(
			diag, "", NULL, "a mapping of KEY: VALUE", "%s", yaml_tree_type_name(root));
	else if (read_keys(&reader, keys, root, true) == DONE)
		return DONE;
	return refused_at(&reader, NULL, NULL, 0);
}

void
profile_done(struct profile *profile)
{
	free(profile->name);
	yaml_tree_done(&profile->tree);
	*profile = (struct profile){0};
}
