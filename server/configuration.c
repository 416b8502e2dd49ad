#include "server/configuration.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/size.h"
#include "server/listen_address.h"
#include "server/profile_set.h"

#define LISTEN_DEFAULT    "127.0.0.1:8080"
#define CONTROL_DEFAULT   "127.0.0.1:8081"
#define CONTROL_ANY_PORT  "127.0.0.1:0"
#define CONTROL_OFF       "off"
#define SITES_MAX_DEFAULT 256

#define JOURNAL_EXCHANGES_DEFAULT 10000
#define JOURNAL_BYTES_DEFAULT     (INT64_C(64) << 20)

static bool
is_fault(const char *text)
{
	return strncmp(text, CONFIGURATION_FAULT, strlen(CONFIGURATION_FAULT)) == 0;
}

void
configuration_init(struct configuration *configuration)
{
	*configuration = (struct configuration){0};
	configuration->listeners[configuration->listener_count++].address =
		text_copy(LISTEN_DEFAULT);
	configuration->sites_max = SITES_MAX_DEFAULT;
	configuration->journal_exchanges = JOURNAL_EXCHANGES_DEFAULT;
	configuration->journal_bytes = JOURNAL_BYTES_DEFAULT;
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
	free(configuration->sites);
	*configuration = (struct configuration){0};
}

void
configuration_copy_without_sites(struct configuration *out, const struct configuration *from)
{
	*out = *from;
	for (size_t i = 0; i < out->listener_count; i++) {
		out->listeners[i].address = text_copy(from->listeners[i].address);
		out->listeners[i].fault = text_copy(from->listeners[i].fault);
	}
	out->fault = text_copy(from->fault);
	out->fault_directory = text_copy(from->fault_directory);
	json_incref(out->rules);
	out->control = text_copy(from->control);
	out->control_token = text_copy(from->control_token);
	out->tls_names = text_copy(from->tls_names);
	out->ready_file = text_copy(from->ready_file);
	out->pki_directory = text_copy(from->pki_directory);
	out->state_directory = text_copy(from->state_directory);
	out->log_directory = text_copy(from->log_directory);
	settings_copy(&out->settings, &from->settings);
	out->sites = NULL;
	out->site_count = 0;
}

struct configuration_site *
configuration_add_site(struct configuration *configuration, const char *name)
{
	struct configuration_site *site;

	configuration->sites = memory_resize(configuration->sites,
		(configuration->site_count + 1) * sizeof(*configuration->sites));
	site = &configuration->sites[configuration->site_count++];
	*site = (struct configuration_site){.name = text_copy(name)};
	return site;
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
		option + strlen(CONFIGURATION_FAULT), diag);
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
configuration_set_control_token(
	struct configuration *configuration, const char *value, struct diag *diag)
{
	/* RFC 6750 2.1; what else can stand in a header field does no harm. */
	static const char wanted[] = "what callers of the control API can send behind \"Bearer \": "
				     "letters, digits and signs of ASCII without a blank; "
				     "leave it out to ask for none";

	if (!*value)
		return diag_refuse(diag, "", NULL, wanted, "an empty token");
	for (const char *next = value; *next; next++)
		if (*next <= ' ' || *next > '~')
			return diag_refuse(diag, "", NULL, wanted, "byte 0x%02x at character %zu",
				(unsigned char)*next, (size_t)(next - value) + 1);
	free(configuration->control_token);
	configuration->control_token = text_copy(value);
	return DONE;
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

int
configuration_set_state_bytes(
	struct configuration *configuration, const char *value, struct diag *diag)
{
	int64_t bytes;

	if (size_parse(&bytes, value, diag) != DONE)
		return REFUSED;
	if (bytes < CONFIGURATION_STATE_BYTES_MIN)
		return diag_refuse(diag, "", NULL, "256KiB to 1GiB", "\"%s\"", value);
	configuration->state_bytes = bytes;
	return DONE;
}

int
configuration_set_journal_bytes(
	struct configuration *configuration, const char *value, struct diag *diag)
{
	int64_t bytes;

	if (size_parse(&bytes, value, diag) != DONE)
		return REFUSED;
	if (bytes < CONFIGURATION_JOURNAL_BYTES_MIN)
		return diag_refuse(diag, "", NULL,
			"64KiB to 1GiB; to keep none, set journal_exchanges to 0", "\"%s\"", value);
	configuration->journal_bytes = bytes;
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

/* The default one counts too. */
static int
check_site_count(const struct configuration *configuration, struct diag *diag)
{
	int64_t count = (int64_t)configuration->site_count + 1;
	TEXT_CLEANUP char *wanted =
		text_format("%" PRId64 " or more of at most %d", count, CONFIGURATION_SITES_MAX);

	if (count <= configuration->sites_max)
		return DONE;
	return diag_refuse(diag, "max_sites", NULL, wanted,
		"%" PRId64 ", and there are %" PRId64 " sites with the default one",
		configuration->sites_max, count);
}

int
configuration_complete(struct configuration *configuration, struct diag *diag)
{
	const char *fault;

	if (check_listen(configuration, diag) != DONE ||
		check_site_count(configuration, diag) != DONE ||
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
