#include "server/server.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"
#include "server/configuration.h"
#include "server/journal.h"
#include "server/pki_directory.h"
#include "server/service.h"
#include "server/store.h"

/* How long exchanges in flight may take to finish once the server was told to stop. */
#define DRAIN_MS 5000

static int
listen_everywhere(
	struct server *server, const struct configuration *configuration, struct diag *diag)
{
	for (size_t i = 0; i < configuration->listen_count; i++) {
		int result = http_listen(
			&server->listeners[i], configuration->listen[i], &server->service, diag);

		if (result != DONE)
			return result;
		server->listener_count++;
	}
	return DONE;
}

/* The URL of a listener; a wildcard address is reached by the loopback one. */
static char *
listener_url(const struct http_listener *listener)
{
	const char *address = listener->address;
	bool v6 = strchr(address, ':') != NULL;

	if (strcmp(address, "0.0.0.0") == 0)
		address = "127.0.0.1";
	if (strcmp(address, "::") == 0)
		address = "::1";
	return text_format(
		"http://%s%s%s:%u", v6 ? "[" : "", address, v6 ? "]" : "", listener->port);
}

static int
open_pki(struct server *server, const struct configuration *configuration, struct diag *diag)
{
	if (configuration->pki_directory)
		return pki_directory_load(&server->pki, configuration->pki_directory, diag);
	return pki_load_built_in(&server->pki, diag);
}

/* Sites are numbered as IIS does it, in the order in which they come. */
static int
add_site(struct server *server, const char *name, const struct settings *settings,
	const char *log_directory, struct diag *diag)
{
	unsigned number = SITE_NUMBER_DEFAULT + (unsigned)server->site_count;
	int result = site_new(&server->sites[server->site_count], server, name, number, settings,
		log_directory, diag);

	if (result == DONE)
		server->site_count++;
	return result;
}

static int
open_sites(struct server *server, const struct configuration *configuration, struct diag *diag)
{
	int result = add_site(server, SITE_NAME_DEFAULT, &configuration->settings,
		configuration->log_directory, diag);

	for (size_t i = 0; result == DONE && i < configuration->site_count; i++)
		result = add_site(server, configuration->sites[i].name,
			&configuration->sites[i].settings, configuration->log_directory, diag);
	return result;
}

/* Everything that can be refused comes before anything is created on disk. */
static int
build(struct server *server, const struct configuration *configuration, struct diag *diag)
{
	int result = listen_everywhere(server, configuration, diag);

	if (result == DONE)
		result = open_pki(server, configuration, diag);
	if (result != DONE)
		return result;
	server->base_url = listener_url(&server->listeners[0]);
	result = store_open(&server->store, configuration->state_directory, diag);
	if (result == DONE)
		result = journal_open(&server->journal, configuration->log_directory,
			!configuration->quiet, diag);
	if (result == DONE)
		result = open_sites(server, configuration, diag);
	if (result == DONE)
		result =
			http_new(&server->http, server->listeners, server->listener_count, 0, diag);
	return result;
}

int
server_new(struct server **out, const struct configuration *configuration, struct diag *diag)
{
	struct server *server = memory_new(1, sizeof(*server));
	int result;

	random_init(
		&server->random, configuration->has_seed ? configuration->seed : random_new_seed());
	server->service = service_scep(server);
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
	if (server->http) {
		http_free(server->http);
	} else {
		for (size_t i = 0; i < server->listener_count; i++)
			close(server->listeners[i].descriptor);
	}
	for (size_t i = 0; i < server->site_count; i++)
		site_free(server->sites[i]);
	journal_close(server->journal);
	store_close(server->store);
	pki_done(&server->pki);
	free(server->base_url);
	free(server);
}

/* A member that holds the hexadecimal digest of the CA certificate. */
static void
set_digest(json_t *ready, const char *name, const struct server *server, const char *digest_name)
{
	const struct digest_algorithm *digest = algorithm_digest_named(digest_name);
	BUFFER_CLEANUP struct buffer hex = {0};
	uint8_t octets[EVP_MAX_MD_SIZE];

	if (certificate_fingerprint(
		    octets, authority_issuer(server->sites[0]->authority), digest, NULL) == DONE)
		buffer_append_hex(&hex, BYTES(octets, digest->size));
	json_object_set_new(ready, name, json_string(buffer_text(&hex)));
}

static void
set_url(json_t *ready, const char *name, const struct server *server, const char *path)
{
	TEXT_CLEANUP char *url = text_format("%s%s", server->base_url, path);

	json_object_set_new(ready, name, json_string(url));
}

void
server_write_ready(struct buffer *out, const struct server *server)
{
	json_t *ready = json_object(), *listeners = json_array();
	char *text;

	json_object_set_new(ready, "ready", json_true());
	json_object_set_new(ready, "version", json_string(MOCK_NDES_VERSION));
	json_object_set_new(ready, "pid", json_integer(getpid()));
	json_object_set_new(ready, "seed", json_integer((json_int_t)server->random.seed));
	set_url(ready, "scep", server, "/certsrv/mscep/mscep.dll");
	json_object_set_new(ready, "scep_tls", json_null());
	set_url(ready, "admin_page", server, "/certsrv/mscep_admin/");
	json_object_set_new(ready, "control", json_null());
	for (size_t i = 0; i < server->listener_count; i++) {
		TEXT_CLEANUP char *url = listener_url(&server->listeners[i]);

		json_array_append_new(listeners, json_string(url));
	}
	json_object_set_new(ready, "listeners", listeners);
	set_digest(ready, "ca_fingerprint_sha256", server, "SHA-256");
	set_digest(ready, "ca_thumbprint_md5", server, "MD5");
	text = json_dumps(ready, JSON_COMPACT);
	json_decref(ready);
	if (!text)
		memory_exhausted();
	buffer_append_text(out, text);
	buffer_append_byte(out, '\n');
	free(text);
}
