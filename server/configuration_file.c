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
#include "server/configuration_reader.h"
#include "server/configuration_site.h"

struct key {
	const char *name;
	size_t offset; /* of a path, number, truth value or clock, into struct configuration */
	int min, max;  /* of a number */
	bool tls;      /* of listeners */
	int (*read)(
		struct configuration_reader *reader, const struct key *key, const json_t *value);
};

static int
read_listen_item(struct configuration_reader *reader, const struct key *key, const json_t *item)
{
	if (!json_is_string(item))
		return configuration_refuse_type(reader, key->name, item, "ADDRESS:PORT");
	if (configuration_add_listen(
		    reader->configuration, json_string_value(item), key->tls, reader->diag) == DONE)
		return DONE;
	diag_locate(reader->diag, key->name);
	return REFUSED;
}

static int
read_listen(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	configuration_clear_listen(reader->configuration, key->tls);
	if (!json_is_array(value))
		return read_listen_item(reader, key, value);
	if (json_array_size(value) == 0 && !key->tls)
		return diag_refuse(
			reader->diag, key->name, NULL, "at least one address", "an empty list");
	for (size_t i = 0; i < json_array_size(value); i++)
		if (read_listen_item(reader, key, json_array_get(value, i)) != DONE)
			return configuration_refused_at(reader, value, NULL, i);
	return DONE;
}

static int
read_path(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	char **path = (char **)((char *)reader->configuration + key->offset);

	if (json_is_null(value))
		return DONE;
	if (!json_is_string(value))
		return configuration_refuse_type(reader, key->name, value, "a path");
	if (configuration_set_path(path, json_string_value(value), reader->diag) == DONE)
		return DONE;
	diag_locate(reader->diag, key->name);
	return REFUSED;
}

/* One of configuration.h that leaves the object of its diag empty. */
typedef int setter(struct configuration *configuration, const char *value, struct diag *diag);

static int
set_text(struct configuration_reader *reader, const struct key *key, const char *text, setter *set)
{
	if (set(reader->configuration, text, reader->diag) == DONE)
		return DONE;
	diag_locate(reader->diag, key->name);
	return REFUSED;
}

static int
read_control(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	if (json_is_null(value))
		return DONE;
	if (json_is_false(value)) /* YAML 1.1 tools write off so */
		return configuration_set_control(reader->configuration, "off", reader->diag);
	if (!json_is_string(value))
		return configuration_refuse_type(reader, key->name, value, "ADDRESS:PORT or off");
	return set_text(reader, key, json_string_value(value), configuration_set_control);
}

static int
read_control_token(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	if (json_is_null(value))
		return DONE;
	if (!json_is_string(value))
		return configuration_refuse_type(reader, key->name, value, "a text");
	return set_text(reader, key, json_string_value(value), configuration_set_control_token);
}

static int
read_seed(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	if (json_is_null(value))
		return DONE;
	if (!json_is_integer(value))
		return configuration_refuse_type(reader, key->name, value, "a whole number");
	if (json_integer_value(value) < 0)
		return diag_refuse(
			reader->diag, key->name, NULL, "a number from 0 on", "a negative number");
	reader->configuration->seed = (uint64_t)json_integer_value(value);
	reader->configuration->has_seed = true;
	return DONE;
}

static int
read_number(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	int64_t *out = (int64_t *)((char *)reader->configuration + key->offset);
	int64_t number = json_integer_value(value);
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "a whole number from %d to %d", key->min, key->max);
	if (!json_is_integer(value) || number < key->min || number > key->max)
		return diag_refuse(reader->diag, key->name, NULL, wanted,
			json_is_integer(value) ? "%s out of range" : "%s",
			yaml_tree_type_name(value));
	*out = number;
	return DONE;
}

/* "64MiB", or a number of bytes. */
static int
read_size(struct configuration_reader *reader, const struct key *key, const json_t *value,
	setter *set)
{
	TEXT_CLEANUP char *text = json_is_integer(value)
		? text_format("%" JSON_INTEGER_FORMAT, json_integer_value(value))
		: text_copy(json_string_value(value));

	if (!text)
		return configuration_refuse_type(reader, key->name, value, "a size, such as 64MiB");
	return set_text(reader, key, text, set);
}

static int
read_journal_bytes(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	return read_size(reader, key, value, configuration_set_journal_bytes);
}

/* null: as many as there are. */
static int
read_state_bytes(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	return json_is_null(value) ? DONE
				   : read_size(reader, key, value, configuration_set_state_bytes);
}

/* The settings of the profiles are there before those of the file, whatever comes first in it
 * (apply_fault_first). */
static int
read_fault(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	return configuration_want_faults(reader, value);
}

static int
read_boolean(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	bool *out = (bool *)((char *)reader->configuration + key->offset);

	if (!json_is_boolean(value))
		return configuration_refuse_type(reader, key->name, value, "true or false");
	*out = json_is_true(value);
	return DONE;
}

static int
read_settings(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	if (configuration_want_mapping(reader, key->name, value) != DONE)
		return REFUSED;
	return configuration_read_settings(reader, &reader->configuration->settings, value, value);
}

static int
read_rules(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	return configuration_read_rules(reader, &reader->configuration->rules, value);
}

static int
read_clock(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	void *clock = (char *)reader->configuration + key->offset;

	return configuration_read_clock(reader, clock, key->name, value);
}

static int
read_sites(struct configuration_reader *reader, const struct key *key, const json_t *value)
{
	const char *name;
	json_t *site;

	if (configuration_want_mapping(reader, key->name, value) != DONE)
		return REFUSED;
	json_object_foreach((json_t *)value, name, site)
		if (configuration_site_read(reader, name, site) != DONE)
			return configuration_refused_at(reader, value, name, 0);
	return DONE;
}

#define PATH(member)    .offset = offsetof(struct configuration, member), .read = read_path
#define BOOLEAN(member) .offset = offsetof(struct configuration, member), .read = read_boolean
#define NUMBER(member, least, most)                                                                \
	.offset = offsetof(struct configuration, member), .min = (least), .max = (most),           \
	.read = read_number
#define CLOCK(member) .offset = offsetof(struct configuration, member), .read = read_clock

static const struct key keys[] = {
	{"listen", .read = read_listen},
	{"listen_tls", .tls = true, .read = read_listen},
	{"control", .read = read_control},
	{"control_token", .read = read_control_token},
	{"tls_names", PATH(tls_names)},
	{"fault_profiles", PATH(fault_directory)},
	{"fault", .read = read_fault},
	{"rules", .read = read_rules},
	{"max_sites", NUMBER(sites_max, 1, CONFIGURATION_SITES_MAX)},
	{"ready_file", PATH(ready_file)},
	{"pki", PATH(pki_directory)},
	{"state", PATH(state_directory)},
	{"log_dir", PATH(log_directory)},
	{"seed", .read = read_seed},
	{"journal_exchanges", NUMBER(journal_exchanges, 0, CONFIGURATION_JOURNAL_EXCHANGES)},
	{"journal_bytes", .read = read_journal_bytes},
	{"state_bytes", .read = read_state_bytes},
	{"redact", BOOLEAN(redact)},
	{"core_dumps", BOOLEAN(core_dumps)},
	{"quiet", BOOLEAN(quiet)},
	{"clock", CLOCK(clock)},
	{"site_clock", CLOCK(site_clock)},
	{"settings", .read = read_settings},
	{"sites", .read = read_sites},
};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static int
refuse_key(struct configuration_reader *reader, const char *name)
{
	struct suggestion suggestion = suggestion_start(name);
	BUFFER_CLEANUP struct buffer all = {0};

	if (settings_known(name))
		return diag_refuse(reader->diag, name, NULL, NULL,
			"no such key at the top; did you mean settings: {%s: ...}?", name);
	for (size_t i = 0; i < KEY_COUNT; i++) {
		suggestion_offer(&suggestion, keys[i].name);
		if (i > 0)
			buffer_append_text(&all, i + 1 < KEY_COUNT ? ", " : " or ");
		buffer_append_text(&all, keys[i].name);
	}
	return suggestion_refuse(
		&suggestion, name, "no such key", "", buffer_text(&all), reader->diag);
}

static int
read_key(struct configuration_reader *reader, const char *name, const json_t *value)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (strcmp(keys[i].name, name) == 0)
			return keys[i].read(reader, &keys[i], value);
	return refuse_key(reader, name);
}

/* The command line's profiles win; else those of the file. */
static int
apply_fault_first(struct configuration_reader *reader)
{
	struct configuration *configuration = reader->configuration;
	const json_t *root = reader->tree.root;
	const char *directory = json_string_value(json_object_get(root, "fault_profiles"));
	const char *names = json_string_value(json_object_get(root, "fault"));

	if (!configuration->fault_directory)
		configuration->fault_directory = text_copy(directory);
	return configuration_set_fault(
		configuration, reader->fault ? reader->fault : names, reader->diag);
}

static int
read_root(struct configuration_reader *reader)
{
	const char *name;
	json_t *value;

	if (!json_is_object(reader->tree.root)) {
		configuration_refuse_type(reader, "", reader->tree.root, "a mapping of KEY: VALUE");
		return configuration_refused_at(reader, NULL, NULL, 0);
	}
	if (apply_fault_first(reader) != DONE)
		return configuration_refused_at(reader, reader->tree.root, "fault", 0);
	json_object_foreach(reader->tree.root, name, value)
		if (read_key(reader, name, value) != DONE)
			return configuration_refused_at(reader, reader->tree.root, name, 0);
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
reader_done(struct configuration_reader *reader)
{
	yaml_tree_done(&reader->tree);
}

int
configuration_file_read(struct configuration *configuration, const char *path, struct diag *diag)
{
	CONFIGURATION_CLEANUP struct configuration fresh = {0};
	BUFFER_CLEANUP struct buffer text = {0};
	__attribute__((cleanup(reader_done))) struct configuration_reader reader = {
		.configuration = &fresh,
		.diag = diag,
		.fault = configuration->fault,
	};
	struct configuration before = *configuration;

	configuration_init(&fresh);
	fresh.fault_directory = text_copy(configuration->fault_directory);
	if (load(&text, path, diag) != DONE ||
		yaml_tree_read(&reader.tree, path, buffer_bytes(&text), diag) != DONE ||
		read_root(&reader) != DONE)
		return REFUSED;
	*configuration = fresh;
	fresh = before;
	return DONE;
}
