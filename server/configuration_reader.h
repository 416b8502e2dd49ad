/*
 * Reading the configuration file: what stands both at its top and in the description
 * of a site.
 */
#pragma once

#include "server/configuration.h"
#include "server/yaml_tree.h"

struct configuration_reader {
	struct configuration *configuration;
	struct yaml_tree tree;
	struct diag *diag;
	const char *fault; /* profiles that win over the file's; NULL: none */
	bool located;      /* the refusal has its place; who called adds none */
};

/* Puts the place of a member into the words of its refusal, if they have none yet. Returns REFUSED. */
int configuration_refused_at(
	struct configuration_reader *reader, const json_t *parent, const char *key, size_t index);

/* Refuses the type of a value. Returns REFUSED. */
int configuration_refuse_type(struct configuration_reader *reader, const char *name,
	const json_t *value, const char *wanted);

/* Each of the following returns DONE, or REFUSED. */

/* Takes a mapping, or nothing at all behind the key. */
int configuration_want_mapping(
	struct configuration_reader *reader, const char *name, const json_t *value);

/* Takes names of profiles, or null. They are looked for later. */
int configuration_want_faults(struct configuration_reader *reader, const json_t *value);

/* Sets what `value` says; its members stand where those of `place` do. */
int configuration_read_settings(struct configuration_reader *reader, struct settings *settings,
	const json_t *value, const json_t *place);

/* Reads rules of a site itself, which no profile brings; `out` holds them. */
int configuration_read_rules(
	struct configuration_reader *reader, json_t **out, const json_t *value);

/* Reads how far a clock is moved, or when it stands; `key` is what the mapping stands behind. */
int configuration_read_clock(struct configuration_reader *reader, struct clock_state *out,
	const char *key, const json_t *value);
