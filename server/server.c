#include "server/server.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"
#include "server/configuration.h"
#include "server/control.h"
#include "server/fault_site.h"
#include "server/journal.h"
#include "server/log_watch.h"
#include "server/pki_directory.h"
#include "server/profile_set.h"
#include "server/service.h"
#include "server/sighup.h"
#include "server/store.h"
#include "server/tls.h"

/* How long exchanges in flight may take to finish once the server was told to stop. */
#define DRAIN_MS 5000

/* A wrong external URL is one where nobody listens; what is blocked on its way never arrives. */
static enum server_reception
choose_reception(const struct settings *settings)
{
	if (settings->external_url == EXTERNAL_URL_WRONG)
		return RECEPTION_REFUSED;
	return settings->device_network == DEVICE_NETWORK_BLOCKED ? RECEPTION_SILENT
								  : RECEPTION_SERVED;
}

/* A listener without faults of its own leads to sites that have theirs, by their URLs. */
static int
find_reception(enum server_reception *out, const struct server *server, const char *fault,
	struct diag *diag)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	SETTINGS_CLEANUP struct settings settings = {0};
	int result = DONE;

	if (!fault)
		return DONE;
	settings_copy(&settings, &server->settings);
	result = profile_set_read(&set, server->profile_directory, fault, diag);
	if (result == DONE)
		result = profile_set_apply(&set, &settings, diag);
	*out = choose_reception(&settings);
	return result;
}

static int
listen_once(struct server *server, size_t index, const struct configuration_listener *wanted,
	struct diag *diag)
{
	struct http_listener *listener = &server->listeners[index];
	int result = find_reception(&server->reception[index], server, wanted->fault, diag);

	server->secure[index] = wanted->tls;
	if (result != DONE)
		return result;
	switch (server->reception[index]) {
	case RECEPTION_REFUSED:
		return http_listen_refusing(listener, wanted->address, diag);
	case RECEPTION_SILENT:
		return http_listen_silent(listener, wanted->address, diag);
	default:
		return http_listen(listener, wanted->address, &server->services[index], diag);
	}
}

static int
listen_everywhere(
	struct server *server, const struct configuration *configuration, struct diag *diag)
{
	for (size_t i = 0; i < configuration->listener_count; i++) {
		int result = listen_once(server, i, &configuration->listeners[i], diag);

		if (result != DONE)
			return result;
		server->listener_count++;
	}
	return DONE;
}

static int
listen_for_control(
	struct server *server, const struct configuration *configuration, struct diag *diag)
{
	if (!configuration_has_control(configuration))
		return DONE;
	server->control = control_new(server, configuration->control_token);
	if (http_listen(&server->control_listener, configuration->control,
		    control_service(server->control), diag) == DONE)
		return DONE;
	control_free(server->control);
	server->control = NULL;
	return REFUSED;
}

/* Starts the loop with those listeners that serve. */
static int
start_http(struct server *server, struct diag *diag)
{
	struct http_listener serving[SERVER_LISTENERS_MAX + 1];
	size_t count = 0;

	for (size_t i = 0; i < server->listener_count; i++)
		if (server->reception[i] == RECEPTION_SERVED)
			serving[count++] = server->listeners[i];
	/* Behind the others in each turn: who has an answer finds it counted. */
	if (server->control)
		serving[count++] = server->control_listener;
	return http_new(&server->http, serving, count, 0, diag);
}

/* The URL of a listener; a wildcard address is reached by the loopback one. */
static char *
url_of(const struct http_listener *listener, bool secure)
{
	const char *address = listener->address;
	bool v6 = strchr(address, ':') != NULL;

	if (strcmp(address, "0.0.0.0") == 0)
		address = "127.0.0.1";
	if (strcmp(address, "::") == 0)
		address = "::1";
	return text_format("%s://%s%s%s:%u", secure ? "https" : "http", v6 ? "[" : "", address,
		v6 ? "]" : "", listener->port);
}

char *
server_listener_url(const struct server *server, size_t index)
{
	return url_of(&server->listeners[index], server->secure[index]);
}

/* Of the first listener without TLS; there is always one. */
static char *
plain_url(const struct server *server)
{
	size_t index = 0;

	while (index + 1 < server->listener_count && server->secure[index])
		index++;
	return server_listener_url(server, index);
}

static int
open_pki(struct server *server, const struct configuration *configuration, struct diag *diag)
{
	if (configuration->pki_directory)
		return pki_directory_load(&server->pki, configuration->pki_directory, diag);
	return pki_load_built_in(&server->pki, diag);
}

/* A site named "default" answers at the root, as IIS's default site does. */
static int
add_site(
	struct server *server, const struct site_plan *wanted, const char *fault, struct diag *diag)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	bool is_default = server->sites.count == 0;
	TEXT_CLEANUP char *url = text_format("%s%s%s", server->base_url, is_default ? "" : "/site/",
		is_default ? "" : wanted->name);
	struct site_plan plan = *wanted;
	struct site *site;
	int result = DONE;

	plan.base_url = url;
	plan.profiles = &set;
	if (fault)
		result = profile_set_read(&set, server->profile_directory, fault, diag);
	if (result == DONE)
		result = site_new(&site, server, &plan, diag);
	if (result == DONE)
		site_table_add(&server->sites, site);
	return result;
}

/* Says where a listener leads: to the default site, or to one of its own with faults. */
static int
open_listener(struct server *server, size_t index, const struct configuration *configuration,
	struct diag *diag)
{
	const char *fault = configuration->listeners[index].fault;
	const char *names = configuration->tls_names ? configuration->tls_names : "";
	TEXT_CLEANUP char *url = server_listener_url(server, index);
	struct site *site = server->sites.sites[0];
	int result = DONE;

	if (fault)
		result = fault_site_listen(&site, server, fault, url, diag);
	if (result == DONE)
		server->services[index] = service_scep(site_hold(site));
	if (result == DONE && server->secure[index])
		result = tls_new(&server->listeners[index].tls, site, names,
			clock_now(&server->clock), diag);
	return result;
}

static int
open_sites(struct server *server, const struct configuration *configuration, struct diag *diag)
{
	const struct site_plan standard = {.name = SITE_NAME_DEFAULT,
		.settings = &configuration->settings,
		.rules = configuration->rules,
		.clock = configuration->site_clock};
	int result = add_site(server, &standard, configuration->fault, diag);

	for (size_t i = 0; result == DONE && i < configuration->site_count; i++) {
		const struct configuration_site *site = &configuration->sites[i];
		const struct site_plan plan = {.name = site->name,
			.settings = &site->settings,
			.rules = site->rules,
			.own_ca = site->own_ca,
			.time_to_live_ms = site->time_to_live_ms,
			.clock = site->clock};

		result = add_site(server, &plan, site->fault, diag);
	}
	for (size_t i = 0; result == DONE && i < server->listener_count; i++)
		result = open_listener(server, i, configuration, diag);
	return result;
}

/* Goes on counting exchanges where the state's last server has stopped. */
static int
open_journal(struct server *server, const struct configuration *configuration, struct diag *diag)
{
	const struct journal_plan plan = {
		.directory = configuration->log_directory,
		.redacted = configuration->redact,
		.human_lines = !configuration->quiet,
		.exchanges = (size_t)configuration->journal_exchanges,
		.bytes = (size_t)configuration->journal_bytes,
		.store = configuration->state_directory ? server->store : NULL,
	};
	int result = journal_open(&server->journal, &plan, diag);

	if (result == DONE)
		atomic_store(&server->exchanges, journal_highest(server->journal));
	return result;
}

/* Calls of the control API may wait for what the journal has to tell. */
static void
poke(void *http)
{
	http_poke(http);
}

/* Everything that can be refused comes before anything is created on disk. */
static int
build(struct server *server, const struct configuration *configuration, struct diag *diag)
{
	int result = listen_everywhere(server, configuration, diag);

	if (result == DONE)
		result = listen_for_control(server, configuration, diag);
	if (result == DONE)
		result = open_pki(server, configuration, diag);
	if (result != DONE)
		return result;
	server->base_url = plain_url(server);
	result = store_open(&server->store, configuration->state_directory, diag);
	if (result == DONE && configuration->state_bytes)
		result = store_limit_size(server->store, configuration->state_bytes, diag);
	if (result == DONE)
		result = open_journal(server, configuration, diag);
	if (result == DONE)
		result = open_sites(server, configuration, diag);
	if (result == DONE)
		result = start_http(server, diag);
	if (result == DONE)
		sighup_watch(server);
	if (result == DONE && log_watch_descriptor() >= 0)
		result = http_set_watch(server->http, log_watch_descriptor(), log_watch_take, diag);
	if (result == DONE)
		journal_set_notify(server->journal, poke, server->http);
	return result;
}

int
server_new(struct server **out, const struct configuration *configuration, struct diag *diag)
{
	struct server *server = memory_new(1, sizeof(*server));
	int result;

	server->configuration = configuration;
	server->started = configuration->clock;
	clock_restore(&server->clock, &server->started);
	random_init(
		&server->random, configuration->has_seed ? configuration->seed : random_new_seed());
	server->log_directory = text_copy(configuration->log_directory);
	server->profile_directory = text_copy(configuration->fault_directory);
	server->redact = configuration->redact;
	server->sites_max = (size_t)configuration->sites_max;
	server->quiet = configuration->quiet;
	server->ends_with_terminal = sighup_may_end();
	settings_copy(&server->settings, &configuration->settings);
	result = build(server, configuration, diag);
	if (result == DONE)
		*out = server;
	else
		server_free(server);
	return result;
}

int
server_run(struct server *server, struct diag *diag)
{
	return http_run(server->http, DRAIN_MS, diag);
}

void
server_free(struct server *server)
{
	if (!server)
		return;
	/* The loop has taken over the others. */
	for (size_t i = 0; i < server->listener_count; i++)
		if (!server->http || server->reception[i] != RECEPTION_SERVED)
			close(server->listeners[i].descriptor);
	if (server->control && !server->http)
		close(server->control_listener.descriptor);
	http_free(server->http);
	control_free(server->control);
	for (size_t i = 0; i < server->listener_count; i++)
		tls_free(server->listeners[i].tls);
	for (size_t i = 0; i < server->listener_count; i++)
		site_release(server->services[i].context);
	site_table_done(&server->sites);
	journal_close(server->journal);
	store_close(server->store);
	pki_done(&server->pki);
	free(server->base_url);
	free(server->log_directory);
	free(server->profile_directory);
	settings_done(&server->settings);
	free(server);
}

char *
server_tls_url(const struct server *server)
{
	for (size_t i = 0; i < server->listener_count; i++)
		if (server->secure[i] && server->services[i].context == server->sites.sites[0])
			return server_listener_url(server, i);
	return NULL;
}

char *
server_control_url(const struct server *server)
{
	return server->control ? url_of(&server->control_listener, false) : NULL;
}
