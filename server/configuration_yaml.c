#include "server/configuration_yaml.h"

#include <inttypes.h>

#include "common/memory.h"
#include "server/action_value.h"
#include "server/settings_text.h"
#include "server/yaml_text.h"

static void
write_path(struct buffer *out, const char *key, const char *path, const char *comment)
{
	buffer_append_format(out, "%s: ", key);
	yaml_text_write(out, path);
	buffer_append_format(out, " # %s\n", comment);
}

static void
write_listener(struct buffer *out, const struct configuration_listener *listener)
{
	TEXT_CLEANUP char *text = text_format("%s%s%s%s", listener->address,
		listener->fault ? "," : "", listener->fault ? CONFIGURATION_FAULT : "",
		listener->fault ? listener->fault : "");

	yaml_text_write(out, text);
}

static void
write_listeners(
	struct buffer *out, const struct configuration *configuration, bool tls, const char *key)
{
	bool any = false;

	for (size_t i = 0; i < configuration->listener_count; i++)
		any |= configuration->listeners[i].tls == tls;
	buffer_append_format(out, "%s:%s # ADDRESS:PORT[,fault=NAME], port 0 for a free one\n", key,
		any ? "" : " []");
	for (size_t i = 0; i < configuration->listener_count; i++) {
		if (configuration->listeners[i].tls != tls)
			continue;
		buffer_append_text(out, "  - ");
		write_listener(out, &configuration->listeners[i]);
		buffer_append_byte(out, '\n');
	}
}

/* JSON is YAML too. */
static void
write_rules(struct buffer *out, const json_t *rules)
{
	buffer_append_text(out, "rules: ");
	if (rules)
		yaml_text_write_json(out, rules);
	else
		buffer_append_text(out, "[]");
	buffer_append_text(out, " # see \"mock-ndes help actions\"\n");
}

static void
write_duration(struct buffer *out, int64_t ms)
{
	if (ms < 0)
		buffer_append_byte(out, '-');
	action_value_write_duration(out, ms < 0 ? -ms : ms);
}

static void
write_clock(
	struct buffer *out, const char *key, const struct clock_state *clock, const char *comment)
{
	char time[CLOCK_TEXT_SIZE];

	buffer_append_format(out, "%s: ", key);
	if (clock->frozen) {
		buffer_append_format(
			out, "{frozen_at: \"%s\"}", clock_text(time, clock->frozen_ms));
	} else {
		buffer_append_text(out, "{offset: ");
		write_duration(out, clock->offset_ms);
		buffer_append_byte(out, '}');
	}
	buffer_append_format(out, " # %s\n", comment);
}

/* The settings in which it differs; JSON is YAML too. */
static void
write_own(struct buffer *out, const json_t *own)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)own, name, value) {
		buffer_append_format(out, "    %s: ", name);
		yaml_text_write_json(out, value);
		buffer_append_byte(out, '\n');
	}
}

/* What is as it is without a word is left out: there may be thousands. */
static void
write_site(struct buffer *out, const struct configuration_site *site)
{
	buffer_append_text(out, "  ");
	yaml_text_write(out, site->name);
	buffer_append_text(out, ":\n    fault: ");
	yaml_text_write(out, site->fault);
	buffer_append_text(out, "\n    ");
	write_rules(out, site->rules);
	if (site->own_ca)
		buffer_append_text(out, "    ca: own # or shared: that of the server\n");
	if (site->clock.frozen || site->clock.offset_ms) {
		buffer_append_text(out, "    ");
		write_clock(out, "clock", &site->clock, "over the server's");
	}
	if (site->time_to_live_ms) {
		buffer_append_text(out, "    ttl: ");
		write_duration(out, site->time_to_live_ms);
		buffer_append_text(out, " # from the start\n");
	}
	write_own(out, site->own);
}

static void
write_boolean(struct buffer *out, const char *key, bool value)
{
	buffer_append_format(out, "%s: %s # true or false\n", key, value ? "true" : "false");
}

static void
write_journal(struct buffer *out, const struct configuration *configuration)
{
	buffer_append_format(out, "journal_exchanges: %" PRId64 " # 0 to %d\n",
		configuration->journal_exchanges, CONFIGURATION_JOURNAL_EXCHANGES);
	buffer_append_format(
		out, "journal_bytes: %" PRId64 " # 64KiB to 1GiB\n", configuration->journal_bytes);
	if (configuration->state_bytes)
		buffer_append_format(out, "state_bytes: %" PRId64 " # 256KiB to 1GiB\n",
			configuration->state_bytes);
	else
		buffer_append_text(out, "state_bytes: null # as many as there are\n");
	write_boolean(out, "redact", configuration->redact);
	write_boolean(out, "core_dumps", configuration->core_dumps);
}

void
configuration_yaml_write(struct buffer *out, const struct configuration *configuration)
{
	write_listeners(out, configuration, false, "listen");
	write_listeners(out, configuration, true, "listen_tls");
	write_path(
		out, "control", configuration->control, "ADDRESS:PORT of the control API, or off");
	write_path(out, "control_token", configuration->control_token,
		"what its callers must know; null: nothing");
	write_path(out, "tls_names", configuration->tls_names,
		"DNS:NAME,IP:ADDRESS of the TLS certificate besides localhost; null: none");
	write_path(out, "fault_profiles", configuration->fault_directory,
		"a directory of further fault profiles; null: those of the program alone");
	write_path(out, "fault", configuration->fault,
		"fault profiles of the default site, joined by +; null: none");
	write_rules(out, configuration->rules);
	buffer_append_format(out, "max_sites: %" PRId64 " # 1 to %d\n", configuration->sites_max,
		CONFIGURATION_SITES_MAX);
	write_path(out, "ready_file", configuration->ready_file, "a path; null: none");
	write_path(out, "pki", configuration->pki_directory,
		"a directory; null: the built-in keys, public and TEST ONLY");
	write_path(out, "state", configuration->state_directory, "a directory; null: in memory");
	write_path(out, "log_dir", configuration->log_directory, "a directory; null: no logs");
	if (configuration->has_seed)
		buffer_append_format(out, "seed: %" PRIu64, configuration->seed);
	else
		buffer_append_text(out, "seed: null");
	buffer_append_format(out, " # 0 to %" PRId64 "; null: drawn at start\n", INT64_MAX);
	write_journal(out, configuration);
	write_boolean(out, "quiet", configuration->quiet);
	write_clock(out, "clock", &configuration->clock, "of the server, over the real time");
	write_clock(out, "site_clock", &configuration->site_clock,
		"of the default site, over the server's");
	buffer_append_text(out, "settings:\n");
	settings_text_write_yaml(out, &configuration->settings, 2);
	buffer_append_text(out, configuration->site_count ? "sites:\n" : "sites: {}\n");
	for (size_t i = 0; i < configuration->site_count; i++)
		write_site(out, &configuration->sites[i]);
}
