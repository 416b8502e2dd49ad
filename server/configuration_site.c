#include "server/configuration_site.h"

#include <string.h>

#include "common/duration.h"
#include "common/memory.h"

static int
check_site_name(struct configuration_reader *reader, const char *name)
{
	if (strcmp(name, SITE_NAME_DEFAULT) == 0)
		return diag_refuse(reader->diag, name, NULL, "another name",
			"the default site is what \"settings\" describes");
	if (reader->configuration->site_count == CONFIGURATION_SITES_MAX - 1)
		return diag_refuse(reader->diag, name, NULL, "fewer of them", "more than %d sites",
			CONFIGURATION_SITES_MAX - 1);
	return site_name_check(name, reader->diag);
}

static int
read_site_fault(
	struct configuration_reader *reader, struct configuration_site *site, const json_t *value)
{
	site->fault = text_copy(json_string_value(value));
	return configuration_want_faults(reader, value);
}

static int
read_site_rules(
	struct configuration_reader *reader, struct configuration_site *site, const json_t *value)
{
	return configuration_read_rules(reader, &site->rules, value);
}

static int
read_site_clock(
	struct configuration_reader *reader, struct configuration_site *site, const json_t *value)
{
	return configuration_read_clock(reader, &site->clock, "clock", value);
}

static int
read_ttl(struct configuration_reader *reader, struct configuration_site *site, const json_t *value)
{
	int64_t *out = &site->time_to_live_ms;

	if (json_is_null(value))
		return DONE;
	if (!json_is_string(value))
		return configuration_refuse_type(reader, "ttl", value, "a duration such as 40m");
	if (duration_parse(out, json_string_value(value), false, reader->diag) == DONE && *out > 0)
		return DONE;
	if (!reader->diag->found[0])
		diag_refuse(
			reader->diag, "", NULL, "1ms or more; null: it stays", "no time at all");
	diag_locate(reader->diag, "ttl");
	return REFUSED;
}

static int
read_ca(struct configuration_reader *reader, struct configuration_site *site, const json_t *value)
{
	const char *word = json_string_value(value);

	if (json_is_null(value))
		return DONE;
	if (!word)
		return configuration_refuse_type(reader, "ca", value, "shared or own");
	if (strcmp(word, "shared") != 0 && strcmp(word, "own") != 0)
		return diag_refuse(reader->diag, "ca", NULL, "shared or own", "\"%s\"", word);
	site->own_ca = strcmp(word, "own") == 0;
	return DONE;
}

/* What is no setting in the description of a site. */
static const struct {
	const char *name;
	int (*read)(struct configuration_reader *reader, struct configuration_site *site,
		const json_t *value);
} site_keys[] = {
	{"fault", read_site_fault},
	{"rules", read_site_rules},
	{"ttl", read_ttl},
	{"ca", read_ca},
	{"clock", read_site_clock},
};

static int
read_beside_settings(
	struct configuration_reader *reader, struct configuration_site *site, const json_t *value)
{
	site->own = json_is_null(value) ? json_object() : json_copy((json_t *)value);
	for (size_t i = 0; i < sizeof(site_keys) / sizeof(site_keys[0]); i++) {
		const char *name = site_keys[i].name;
		const json_t *member = json_object_get(value, name);

		if (!member)
			continue;
		if (site_keys[i].read(reader, site, member) != DONE)
			return configuration_refused_at(reader, value, name, 0);
		json_object_del(site->own, name);
	}
	return DONE;
}

int
configuration_site_read(struct configuration_reader *reader, const char *name, const json_t *value)
{
	SETTINGS_CLEANUP struct settings scratch = {0};
	struct configuration_site *site;

	if (check_site_name(reader, name) != DONE ||
		configuration_want_mapping(reader, name, value) != DONE)
		return REFUSED;
	site = configuration_add_site(reader->configuration, name);
	if (read_beside_settings(reader, site, value) != DONE)
		return REFUSED;
	settings_init(&scratch);
	return configuration_read_settings(reader, &scratch, site->own, value);
}
