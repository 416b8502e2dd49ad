#include "server/configuration.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/listen_address.h"
#include "server/profile_set.h"
#include "server/settings_text.h"

#define LISTEN_DEFAULT    "127.0.0.1:8080"
#define CONTROL_DEFAULT   "127.0.0.1:8081"
#define CONTROL_ANY_PORT  "127.0.0.1:0"
#define CONTROL_OFF       "off"
#define SITES_MAX_DEFAULT 256

static const char fault_option[] = "fault=";

static bool
is_fault(const char *text)
{
	return strncmp(text, fault_option, strlen(fault_option)) == 0;
}

void
configuration_init(struct configuration *configuration)
{
	*configuration = (struct configuration){0};
	configuration->listeners[configuration->listener_count++].address =
		text_copy(LISTEN_DEFAULT);
	configuration->sites_max = SITES_MAX_DEFAULT;
	settings_init(&configuration->settings);
}

void
configuration_done(struct configuration *configuration)
{
	configuration_clear_listen(configuration, false);
	configuration_clear_listen(configuration, true);
	free(configuration->control);
	free(configuration->control_token);
	free(configuration->tls_names);
	free(configuration->fault);
	free(configuration->fault_directory);
	json_decref(configuration->rules);
	free(configuration->ready_file);
	free(configuration->pki_directory);
	free(configuration->state_directory);
	free(configuration->log_directory);
	settings_done(&configuration->settings);
	for (size_t i = 0; i < configuration->site_count; i++) {
		free(configuration->sites[i].name);
		free(configuration->sites[i].fault);
		json_decref(configuration->sites[i].own);
		json_decref(configuration->sites[i].rules);
		settings_done(&configuration->sites[i].settings);
	}
	*configuration = (struct configuration){0};
}

/* Takes what stands behind "fault=". */
static int
set_fault(struct configuration_listener *listener, const char *names, struct diag *diag)
{
	if (!*names)
		return diag_refuse(
			diag, "", NULL, "fault=NAME[+NAME]", "\"fault=\" without a name");
	if (listener->fault)
		return diag_refuse(diag, "", NULL, "NAME+NAME", "\"fault=\" twice");
	listener->fault = text_copy(names);
	return DONE;
}

static int
add_address(struct configuration *configuration, const char *text, bool tls, struct diag *diag)
{
	struct listen_address address;

	if (listen_address_parse(&address, text, diag) != DONE)
		return REFUSED;
	if (configuration->listener_count == SERVER_LISTENERS_MAX)
		return diag_refuse(diag, "", NULL, "fewer of them",
			"more than %d addresses to listen on", SERVER_LISTENERS_MAX);
	configuration->listeners[configuration->listener_count++] =
		(struct configuration_listener){.address = text_copy(text), .tls = tls};
	return DONE;
}

int
configuration_add_listen(
	struct configuration *configuration, const char *text, bool tls, struct diag *diag)
{
	size_t size = strcspn(text, ",");
	const char *option = text[size] ? text + size + 1 : NULL;
	TEXT_CLEANUP char *address = text_copy_size(text, size);

	if (!option && is_fault(text) && configuration->listener_count)
		option = text;
	else if (add_address(configuration, address, tls, diag) != DONE)
		return REFUSED;
	if (!option)
		return DONE;
	if (!is_fault(option))
		return diag_refuse(diag, "", NULL, "ADDRESS:PORT,fault=NAME", "\"%s\"", text);
	return set_fault(&configuration->listeners[configuration->listener_count - 1],
		option + strlen(fault_option), diag);
}

void
configuration_clear_listen(struct configuration *configuration, bool tls)
{
	size_t kept = 0;

	for (size_t i = 0; i < configuration->listener_count; i++) {
		struct configuration_listener listener = configuration->listeners[i];

		if (listener.tls != tls) {
			configuration->listeners[kept++] = listener;
			continue;
		}
		free(listener.address);
		free(listener.fault);
	}
	configuration->listener_count = kept;
}

int
configuration_set_control(struct configuration *configuration, const char *text, struct diag *diag)
{
	struct listen_address address;

	if (strcmp(text, CONTROL_OFF) != 0 && listen_address_parse(&address, text, diag) != DONE)
		return REFUSED;
	free(configuration->control);
	configuration->control = text_copy(text);
	return DONE;
}

bool
configuration_has_control(const struct configuration *configuration)
{
	return strcmp(configuration->control, CONTROL_OFF) != 0;
}

int
configuration_set_path(char **out, const char *value, struct diag *diag)
{
	if (!*value)
		return diag_refuse(diag, "", NULL, "a path", "an empty text");
	free(*out);
	*out = text_copy(value);
	return DONE;
}

/* An address that stands twice would be refused by the kernel, in words that blame somebody
 * else. */
static int
check_listen(const struct configuration *configuration, struct diag *diag)
{
	for (size_t i = 0; i < configuration->listener_count; i++) {
		struct listen_address one, other;

		listen_address_parse(&one, configuration->listeners[i].address, NULL);
		for (size_t j = 0; j < i; j++) {
			listen_address_parse(&other, configuration->listeners[j].address, NULL);
			if (!one.any_port && listen_address_equal(&one, &other))
				return diag_refuse(diag, "listen", NULL, "each address once",
					"%s stands there twice",
					configuration->listeners[i].address);
		}
	}
	return DONE;
}

/* A server on a free port is one of several: its control API takes a free one too. */
static const char *
standard_control(const struct configuration *configuration)
{
	struct listen_address address;

	if (configuration->listener_count == 0)
		return CONTROL_DEFAULT;
	listen_address_parse(&address, configuration->listeners[0].address, NULL);
	return address.any_port ? CONTROL_ANY_PORT : CONTROL_DEFAULT;
}

/* Whoever reaches the control API can have any certificate and any file of settings. */
static int
complete_control(struct configuration *configuration, struct diag *diag)
{
	struct listen_address address;

	if (!configuration->control)
		configuration->control = text_copy(standard_control(configuration));
	if (!configuration_has_control(configuration))
		return DONE;
	listen_address_parse(&address, configuration->control, NULL);
	if (address.loopback || configuration->control_token)
		return DONE;
	return diag_refuse(diag, "control", NULL,
		"a control_token beside it, or a loopback address",
		"%s can be reached from other machines", configuration->control);
}

/* Puts the settings of fault profiles over what is there. */
static int
apply_fault(struct settings *settings, const struct configuration *configuration, const char *names,
	struct diag *diag)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};

	if (!names)
		return DONE;
	if (profile_set_read(&set, configuration->fault_directory, names, diag) != DONE)
		return REFUSED;
	return profile_set_apply(&set, settings, diag);
}

int
configuration_set_fault(struct configuration *configuration, const char *names, struct diag *diag)
{
	if (apply_fault(&configuration->settings, configuration, names, diag) != DONE)
		return REFUSED;
	free(configuration->fault);
	configuration->fault = text_copy(names);
	return DONE;
}

/* A listener's profiles are looked for before anything is opened. */
static int
check_listener_faults(const struct configuration *configuration, struct diag *diag)
{
	for (size_t i = 0; i < configuration->listener_count; i++) {
		PROFILE_SET_CLEANUP struct profile_set set = {0};
		const char *fault = configuration->listeners[i].fault;

		if (fault &&
			profile_set_read(&set, configuration->fault_directory, fault, diag) != DONE)
			return REFUSED;
	}
	return DONE;
}

int
configuration_complete(struct configuration *configuration, struct diag *diag)
{
	const char *fault;

	if (check_listen(configuration, diag) != DONE ||
		complete_control(configuration, diag) != DONE ||
		check_listener_faults(configuration, diag) != DONE)
		return REFUSED;
	for (size_t i = 0; i < configuration->site_count; i++) {
		struct configuration_site *site = &configuration->sites[i];

		settings_done(&site->settings);
		settings_copy(&site->settings, &configuration->settings);
		if (apply_fault(&site->settings, configuration, site->fault, diag) != DONE)
			return REFUSED;
		if (settings_set_json(&site->settings, site->own, &fault, diag) != DONE)
			return REFUSED;
	}
	return DONE;
}

static void
write_path(struct buffer *out, const char *key, const char *path, const char *comment)
{
	buffer_append_format(out, "%s: ", key);
	settings_text_write_text(out, path);
	buffer_append_format(out, " # %s\n", comment);
}

static void
write_listener(struct buffer *out, const struct configuration_listener *listener)
{
	TEXT_CLEANUP char *text = text_format("%s%s%s%s", listener->address,
		listener->fault ? "," : "", listener->fault ? fault_option : "",
		listener->fault ? listener->fault : "");

	settings_text_write_text(out, text);
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
	char *text = rules ? json_dumps(rules, JSON_COMPACT) : NULL;

	buffer_append_format(
		out, "rules: %s # see \"mock-ndes help actions\"\n", text ? text : "[]");
	free(text);
}

void
configuration_write_yaml(struct buffer *out, const struct configuration *configuration)
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
	buffer_append_format(
		out, "quiet: %s # true or false\n", configuration->quiet ? "true" : "false");
	buffer_append_text(out, "settings:\n");
	settings_text_write_yaml(out, &configuration->settings, 2);
	buffer_append_text(out, configuration->site_count ? "sites:\n" : "sites: {}\n");
	for (size_t i = 0; i < configuration->site_count; i++) {
		buffer_append_text(out, "  ");
		settings_text_write_text(out, configuration->sites[i].name);
		buffer_append_text(out, ":\n    fault: ");
		settings_text_write_text(out, configuration->sites[i].fault);
		buffer_append_text(out, "\n    ");
		write_rules(out, configuration->sites[i].rules);
		settings_text_write_yaml(out, &configuration->sites[i].settings, 4);
	}
}
