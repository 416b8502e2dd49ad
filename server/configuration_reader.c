#include "server/configuration_reader.h"

#include <string.h>

#include "common/duration.h"
#include "common/suggestion.h"
#include "common/timestamp.h"
#include "server/rule_set.h"

int
configuration_refused_at(
	struct configuration_reader *reader, const json_t *parent, const char *key, size_t index)
{
	char place[YAML_PLACE_SIZE];

	if (!reader->located)
		diag_locate(
			reader->diag, yaml_tree_place(place, &reader->tree, parent, key, index));
	reader->located = true;
	return REFUSED;
}

int
configuration_refuse_type(struct configuration_reader *reader, const char *name,
	const json_t *value, const char *wanted)
{
	return diag_refuse(reader->diag, name, NULL, wanted, "%s", yaml_tree_type_name(value));
}

int
configuration_want_mapping(
	struct configuration_reader *reader, const char *name, const json_t *value)
{
	if (json_is_object(value) || json_is_null(value))
		return DONE;
	return configuration_refuse_type(reader, name, value, "a mapping of NAME: VALUE");
}

int
configuration_read_settings(struct configuration_reader *reader, struct settings *settings,
	const json_t *value, const json_t *place)
{
	const char *fault = NULL;

	if (json_is_null(value) || settings_set_json(settings, value, &fault, reader->diag) == DONE)
		return DONE;
	return configuration_refused_at(reader, place, fault, 0);
}

int
configuration_read_rules(struct configuration_reader *reader, json_t **out, const json_t *value)
{
	const struct rule_source source = {value, &reader->tree, "rules"};

	if (!value || json_is_null(value))
		return DONE;
	if (!json_is_array(value))
		return configuration_refuse_type(reader, "rules", value, "a list of rules");
	if (rule_set_check(&source, reader->diag) != DONE) {
		reader->located = true;
		return REFUSED;
	}
	*out = json_incref((json_t *)value);
	return DONE;
}

static int
read_offset(struct configuration_reader *reader, struct clock_state *clock, const json_t *value)
{
	if (!json_is_string(value))
		return configuration_refuse_type(
			reader, "offset", value, "a duration such as 360d or -1h");
	if (duration_parse_within(&clock->offset_ms, json_string_value(value), true,
		    DURATION_YEARS_MS, "a duration such as 360d or -1h", reader->diag) == DONE)
		return DONE;
	diag_locate(reader->diag, "offset");
	return REFUSED;
}

static int
read_frozen_at(struct configuration_reader *reader, struct clock_state *clock, const json_t *value)
{
	if (!json_is_string(value))
		return configuration_refuse_type(
			reader, "frozen_at", value, "a time such as \"2027-01-31T23:59:59Z\"");
	clock->frozen = true;
	if (timestamp_parse(&clock->frozen_ms, json_string_value(value), reader->diag) == DONE)
		return DONE;
	diag_locate(reader->diag, "frozen_at");
	return REFUSED;
}

/* How far a clock is moved, or when it stands. */
static const struct {
	const char *name;
	int (*read)(struct configuration_reader *reader, struct clock_state *clock,
		const json_t *value);
} clock_keys[] = {
	{"offset", read_offset},
	{"frozen_at", read_frozen_at},
};

static int
read_clock_key(struct configuration_reader *reader, struct clock_state *clock, const char *name,
	const json_t *value)
{
	struct suggestion suggestion = suggestion_start(name);

	for (size_t i = 0; i < sizeof(clock_keys) / sizeof(clock_keys[0]); i++) {
		if (strcmp(clock_keys[i].name, name) == 0)
			return json_is_null(value) ? DONE
						   : clock_keys[i].read(reader, clock, value);
		suggestion_offer(&suggestion, clock_keys[i].name);
	}
	return suggestion_refuse(
		&suggestion, name, "no such key", "", "offset or frozen_at", reader->diag);
}

int
configuration_read_clock(struct configuration_reader *reader, struct clock_state *out,
	const char *key, const json_t *value)
{
	const char *name;
	json_t *member;

	if (configuration_want_mapping(reader, key, value) != DONE)
		return REFUSED;
	json_object_foreach((json_t *)value, name, member)
		if (read_clock_key(reader, out, name, member) != DONE)
			return configuration_refused_at(reader, value, name, 0);
	return DONE;
}

int
configuration_want_faults(struct configuration_reader *reader, const json_t *value)
{
	if (json_is_null(value) || json_is_string(value))
		return DONE;
	return configuration_refuse_type(
		reader, "fault", value, "names of fault profiles joined by +");
}
