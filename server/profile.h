/*
 * A fault profile: settings and rules that break a deployment in one documented way,
 * with the symptom, the cause and the remedy in words, and what a client is expected
 * to see. One YAML file; its name is the profile's.
 *
 *   title, symptom, cause, remedy   texts
 *   documented   list of texts: "S1: document, heading"; may be empty
 *   affects      list of: probe, GetCACaps, GetCACert, PKIOperation, admin_page
 *   reports      what devices tell: {windows, ios, android}
 *   settings     mapping, as in the configuration
 *   rules        list, see rule_set.h
 *   repair       {settings: mapping, takes: now | recycle | iisreset | reboot}: what heals it,
 *                and behind what that is seen
 *   expect       list of {request: text, sees: mapping, logs: mapping, files: mapping, times: number}:
 *                what a client must see, and what the logs hold; for tests alone, the server looks at
 *                these keys and no deeper
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "server/rule_set.h"
#include "server/yaml_tree.h"

/* Texts and values are borrowed from the tree. All zero is empty. */
struct profile {
	char *name;
	struct yaml_tree tree;
	const char *title;
	const char *symptom;
	const char *cause;
	const char *remedy;
	const json_t *documented;
	const json_t *affects;
	const json_t *reports; /* NULL where absent, as the following */
	const json_t *settings;
	const json_t *rules;
	const json_t *repair;
	const json_t *expect;
};

/* What may stand behind a key. */
enum profile_kind {
	PROFILE_TEXT,          /* that is not empty */
	PROFILE_COUNT,         /* a whole number from 1 on */
	PROFILE_WORD,          /* one of the words */
	PROFILE_TEXTS,         /* a list of texts */
	PROFILE_WORDS,         /* a list of words */
	PROFILE_TEXT_PER_WORD, /* a mapping from words to texts */
	PROFILE_SETTINGS,      /* a mapping, see settings_table.h */
	PROFILE_RULES,         /* a list, see rule_reader.h */
	PROFILE_MAPPING,       /* of anything: what is in it is for those who play it */
	PROFILE_KEYS,          /* a mapping of `keys` */
	PROFILE_KEYS_LIST,     /* a list of such mappings */
};

/* One row a key; reader and JSON Schema read them. */
struct profile_key {
	const char *name;
	enum profile_kind kind;
	bool required;
	size_t offset; /* at the top: of a `const char *` or a `const json_t *` in struct profile */
	const char *const *words;       /* NULL behind the last */
	const struct profile_key *keys; /* the last has no name */
	const char *help;               /* one sentence without its full stop */
};

/* Returns the keys at the top; the last has no name. */
const struct profile_key *profile_keys(void);

#define PROFILE_CLEANUP __attribute__((cleanup(profile_done)))

/*
 * Reads a profile; `file` is what messages call its text. An unknown key, a wrong type, a setting out of
 * range, a rule that cannot strike is REFUSED with file:line:column. DONE otherwise; profile_done
 * releases it in any case. Depends on nothing but its arguments.
 */
int profile_read(struct profile *out, const char *name, const char *file, struct bytes text,
	struct diag *diag);

void profile_done(struct profile *profile);
