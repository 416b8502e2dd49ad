/* The keys of the file, one row each. */
#include "server/configuration_file.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/memory.h"
#include "common/suggestion.h"
#include "server/yaml_tree.h"

#define SITE_NAME_MAX 63

struct reader {
	struct configuration *configuration;
	struct yaml_tree tree;
	struct diag *diag;
	bool located; /* the refusal has its place; who called adds none */
};

struct key {
	const char *name;
	size_t offset; /* of a path, into struct configuration */
	int (*read)(struct reader *reader, const struct key *key, const json_t *value);
};

/* Puts the place of a member into the words of its refusal. */
static int
refused_at(struct reader *reader, const json_t *parent, const char *key, size_t index)
{
	char place[YAML_PLACE_SIZE];

	if (!reader->located)
		diag_locate(
			reader->diag, yaml_tree_place(place, &reader->tree, parent, key, index));
	reader->located = true;
	return REFUSED;
}

static int
refuse_type(struct reader *reader, const char *name, const json_t *value, const char *wanted)
{
	return diag_refuse(reader->diag, name, NULL, wanted, "%s", yaml_tree_type_name(value));
}

static int
read_listen_item(struct reader *reader, const struct key *key, const json_t *item)
{
	if (!json_is_string(item))
		return refuse_type(reader, key->name, item, "ADDRESS:PORT");
	if (configuration_add_listen(
		    reader->configuration, json_string_value(item), reader->diag) == DONE)
		return DONE;
	diag_locate(reader->diag, key->name);
	return REFUSED;
}

static int
read_listen(struct reader *reader, const struct key *key, const json_t *value)
{
	configuration_clear_listen(reader->configuration);
	if (!json_is_array(value))
		return read_listen_item(reader, key, value);
	if (json_array_size(value) == 0)
		return diag_refuse(
			reader->diag, key->name, NULL, "at least one address", "an empty list");
	for (size_t i = 0; i < json_array_size(value); i++)
		if (read_listen_item(reader, key, json_array_get(value, i)) != DONE)
			return refused_at(reader, value, NULL, i);
	return DONE;
}

static int
read_path(struct reader *reader, const struct key *key, const json_t *value)
{
	char **path = (char **)((char *)reader->configuration + key->offset);

	if (json_is_null(value))
		return DONE;
	if (!json_is_string(value))
		return refuse_type(reader, key->name, value, "a path");
	if (configuration_set_path(path, json_string_value(value), reader->diag) == DONE)
		return DONE;
	diag_locate(reader->diag, key->name);
	return REFUSED;
}

static int
read_seed(struct reader *reader, const struct key *key, const json_t *value)
{
	if (json_is_null(value))
		return DONE;
	if (!json_is_integer(value))
		return refuse_type(reader, key->name, value, "a whole number");
	if (json_integer_value(value) < 0)
		return diag_refuse(
			reader->diag, key->name, NULL, "a number from 0 on", "a negative number");
	reader->configuration->seed = (uint64_t)json_integer_value(value);
	reader->configuration->has_seed = true;
	return DONE;
}

static int
read_quiet(struct reader *reader, const struct key *key, const json_t *value)
{
	if (!json_is_boolean(value))
		return refuse_type(reader, key->name, value, "true or false");
	reader->configuration->quiet = json_is_true(value);
	return DONE;
}

/* A mapping, or nothing at all behind the key. */
static int
want_mapping(struct reader *reader, const char *name, const json_t *value)
{
	if (json_is_object(value) || json_is_null(value))
		return DONE;
	return refuse_type(reader, name, value, "a mapping of NAME: VALUE");
}

static int
apply_settings(struct reader *reader, struct settings *settings, const json_t *value)
{
	const char *fault = NULL;

	if (json_is_null(value) || settings_set_json(settings, value, &fault, reader->diag) == DONE)
		return DONE;
	return refused_at(reader, value, fault, 0);
}

static int
read_settings(struct reader *reader, const struct key *key, const json_t *value)
{
	if (want_mapping(reader, key->name, value) != DONE)
		return REFUSED;
	return apply_settings(reader, &reader->configuration->settings, value);
}

/* The name becomes a segment of URLs: /site/NAME/certsrv/... */
static int
check_site_name(struct reader *reader, const char *name)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t size = strlen(name);

	if (strcmp(name, SITE_NAME_DEFAULT) == 0)
		return diag_refuse(reader->diag, name, NULL, "another name",
			"the default site is what \"settings\" describes");
	if (size == 0 || size > SITE_NAME_MAX || !strchr(first, name[0]) ||
		name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.")])
		return diag_refuse(reader->diag, name, NULL,
			"1 to 63 of a-z, 0-9, \"-\", \"_\" and \".\", a letter or digit first",
			"no name for a site");
	if (reader->configuration->site_count == SERVER_SITES_MAX - 1)
		return diag_refuse(reader->diag, name, NULL, "fewer of them", "more than %d sites",
			SERVER_SITES_MAX - 1);
	return DONE;
}

static int
read_site(struct reader *reader, const char *name, json_t *value)
{
	SETTINGS_CLEANUP struct settings scratch = {0};
	struct configuration_site *site;

	if (check_site_name(reader, name) != DONE || want_mapping(reader, name, value) != DONE)
		return REFUSED;
	settings_init(&scratch);
	if (apply_settings(reader, &scratch, value) != DONE)
		return REFUSED;
	site = &reader->configuration->sites[reader->configuration->site_count++];
	site->name = text_copy(name);
	site->own = json_is_null(value) ? json_object() : json_incref(value);
	return DONE;
}

static int
read_sites(struct reader *reader, const struct key *key, const json_t *value)
{
	const char *name;
	json_t *site;

	if (want_mapping(reader, key->name, value) != DONE)
		return REFUSED;
	json_object_foreach((json_t *)value, name, site)
		if (read_site(reader, name, site) != DONE)
			return refused_at(reader, value, name, 0);
	return DONE;
}

#define PATH(member) offsetof(struct configuration, member), read_path

static const struct key keys[] = {
	{"listen", 0, read_listen},
	{"ready_file", PATH(ready_file)},
	{"pki", PATH(pki_directory)},
	{"state", PATH(state_directory)},
	{"log_dir", PATH(log_directory)},
	{"seed", 0, read_seed},
	{"quiet", 0, read_quiet},
	{"settings", 0, read_settings},
	{"sites", 0, read_sites},
};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static int
refuse_key(struct reader *reader, const char *name)
{
	struct suggestion suggestion = suggestion_start(name);

	if (settings_known(name))
		return diag_refuse(reader->diag, name, NULL, NULL,
			"no such key at the top; did you mean settings: {%s: ...}?", name);
	for (size_t i = 0; i < KEY_COUNT; i++)
		suggestion_offer(&suggestion, keys[i].name);
	return suggestion_refuse(&suggestion, name, "no such key", "",
		"listen, ready_file, pki, state, log_dir, seed, quiet, settings or sites",
		reader->diag);
}

static int
read_key(struct reader *reader, const char *name, const json_t *value)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (strcmp(keys[i].name, name) == 0)
			return keys[i].read(reader, &keys[i], value);
	return refuse_key(reader, name);
}

static int
read_root(struct reader *reader)
{
	const char *name;
	json_t *value;

	if (!json_is_object(reader->tree.root)) {
		refuse_type(reader, "", reader->tree.root, "a mapping of KEY: VALUE");
		return refused_at(reader, NULL, NULL, 0);
	}
	json_object_foreach(reader->tree.root, name, value)
		if (read_key(reader, name, value) != DONE)
			return refused_at(reader, reader->tree.root, name, 0);
	return DONE;
}

/* What is too long for the YAML reader is left to it to refuse. */
static int
load(struct buffer *out, const char *path, struct diag *diag)
{
	int error = file_read(out, path, YAML_TREE_SIZE_MAX);

	if (error == 0 || error == EFBIG)
		return DONE;
	return diag_refuse(diag, "configuration file", NULL, "a file that can be read", "%s: %s",
		path, strerror(error));
}

static void
reader_done(struct reader *reader)
{
	yaml_tree_done(&reader->tree);
}

int
configuration_file_read(struct configuration *configuration, const char *path, struct diag *diag)
{
	CONFIGURATION_CLEANUP struct configuration fresh = {0};
	BUFFER_CLEANUP struct buffer text = {0};
	__attribute__((cleanup(reader_done))) struct reader reader = {
		.configuration = &fresh,
		.diag = diag,
	};
	struct configuration before = *configuration;

	configuration_init(&fresh);
	if (load(&text, path, diag) != DONE ||
		yaml_tree_read(&reader.tree, path, buffer_bytes(&text), diag) != DONE ||
		read_root(&reader) != DONE)
		return REFUSED;
	*configuration = fresh;
	fresh = before;
	return DONE;
}
