#include "server/site.h"

#include <stdlib.h>

#include "common/memory.h"
#include "server/server.h"
#include "server/server_version.h"
#include "server/w3c_log.h"

static int
open_log(struct site *site, const struct settings *settings, struct diag *diag)
{
	const struct version_row *version = server_version_row(settings->server_version);
	const char *fields = settings->log_fields;

	if (!site->server->log_directory)
		return DONE;
	return w3c_log_open(&site->log, site->server->log_directory, site->number,
		fields ? fields : version->log_fields, version->iis, diag);
}

int
site_new(struct site **out, struct server *server, const struct site_plan *plan, struct diag *diag)
{
	struct site *site = memory_new(1, sizeof(*site));
	int result;

	site->name = text_copy(plan->name);
	site->number = SITE_NUMBER_DEFAULT + (unsigned)server->sites.count;
	site->server = server;
	site->base_url = text_copy(plan->base_url);
	pthread_mutex_init(&site->lock, NULL);
	settings_copy(&site->configured, plan->settings);
	result = condition_new(&site->condition, &server->pki, plan->settings, site->base_url,
		clock_now(&server->clock), NULL, diag);
	if (result == DONE)
		result = open_log(site, plan->settings, diag);
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
	settings_done(&site->configured);
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
