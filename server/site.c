#include "server/site.h"

#include <stdlib.h>

#include "common/memory.h"
#include "server/server.h"
#include "server/server_version.h"
#include "server/w3c_log.h"

static const char path_prefix[] = "/site/";

static int
open_log(struct site *site, const struct settings *settings, const char *directory,
	struct diag *diag)
{
	const struct version_row *version = server_version_row(settings->server_version);
	const char *fields = settings->log_fields;

	if (!directory)
		return DONE;
	return w3c_log_open(&site->log, directory, site->number,
		fields ? fields : version->log_fields, version->iis, diag);
}

int
site_new(struct site **out, struct server *server, const char *name, unsigned number,
	const struct settings *settings, const char *log_directory, struct diag *diag)
{
	struct site *site = memory_new(1, sizeof(*site));
	int result;

	site->name = text_copy(name);
	site->number = number;
	site->server = server;
	/* IIS's default site answers at the root. */
	site->base_url = number == SITE_NUMBER_DEFAULT
		? text_copy(server->base_url)
		: text_format("%s%s%s", server->base_url, path_prefix, name);
	pthread_mutex_init(&site->lock, NULL);
	result = condition_new(&site->condition, &server->pki, settings, site->base_url,
		clock_now(&server->clock), NULL, diag);
	if (result == DONE)
		result = open_log(site, settings, log_directory, diag);
	if (result == DONE)
		*out = site;
	else
		site_free(site);
	return result;
}

void
site_free(struct site *site)
{
	if (!site)
		return;
	w3c_log_close(site->log);
	condition_release(site->condition);
	pthread_mutex_destroy(&site->lock);
	free(site->base_url);
	free(site->name);
	free(site);
}

struct condition *
site_hold_condition(struct site *site)
{
	struct condition *condition;

	pthread_mutex_lock(&site->lock);
	condition = condition_hold(site->condition);
	pthread_mutex_unlock(&site->lock);
	return condition;
}

static struct site *
find_named(struct server *server, struct bytes name)
{
	for (size_t i = 0; i < server->site_count; i++)
		if (bytes_equal(bytes_text(server->sites[i]->name), name))
			return server->sites[i];
	return NULL;
}

struct site *
site_find(struct server *server, struct bytes path, struct bytes *rest)
{
	size_t prefix = sizeof(path_prefix) - 1, end = prefix;

	*rest = path;
	if (path.size < prefix || !bytes_equal(BYTES(path.data, prefix), bytes_text(path_prefix)))
		return server->sites[0];
	while (end < path.size && path.data[end] != '/')
		end++;
	*rest = BYTES(path.data + end, path.size - end);
	return find_named(server, BYTES(path.data + prefix, end - prefix));
}
