#include "server/site_services.h"

#include <string.h>
#include <strings.h>

#include "common/suggestion.h"
#include "server/site.h"
#include "server/site_verb.h"

enum service_state {
	SERVICE_ABSENT,
	SERVICE_RUNNING,
	SERVICE_STOPPED,
};

/* --- what the settings say ------------------------------------------------------------------ */

static enum service_state
always(struct site *site)
{
	return SERVICE_RUNNING;
}

static enum service_state
pool_state(struct site *site)
{
	bool runs = site->condition->settings.app_pool == APP_POOL_STARTED ||
		site->condition->settings.app_pool == APP_POOL_QUEUE_FULL;

	return runs && !app_pool_is_disabled(&site->app_pool) ? SERVICE_RUNNING : SERVICE_STOPPED;
}

static enum service_state
ca_state(struct site *site)
{
	return site->condition->settings.ca_service == CA_SERVICE_RUNNING ? SERVICE_RUNNING
									  : SERVICE_STOPPED;
}

static enum service_state
proxy_connector_state(struct site *site)
{
	switch (site->condition->settings.application_proxy) {
	case PROXY_NONE:
		return SERVICE_ABSENT;
	case PROXY_CONNECTOR_STOPPED:
		return SERVICE_STOPPED;
	default:
		return SERVICE_RUNNING;
	}
}

static enum service_state
intune_connector_state(struct site *site)
{
	const struct settings *settings = &site->condition->settings;

	if (settings->policy_module == POLICY_MODULE_NONE ||
		settings->connector_setup != CONNECTOR_SETUP_SUCCEEDED)
		return SERVICE_ABSENT;
	return SERVICE_RUNNING;
}

static const char *
always_automatic(const struct settings *settings)
{
	return "automatic";
}

static const char *
proxy_connector_startup(const struct settings *settings)
{
	return settings->connector_service_startup == CONNECTOR_STARTUP_AUTOMATIC ? "automatic"
										  : "manual";
}

/* --- the services ------------------------------------------------------------------------------ */

static const struct service {
	const char *name;
	const char *display_name;
	enum service_state (*state)(struct site *site);
	const char *(*startup)(const struct settings *settings);
	const char *setting; /* behind its state; NULL: none, as the following */
	const char *running; /* values of the setting */
	const char *stopped;
	const char *startup_setting; /* whose values are "automatic" and "manual" */
} services[] = {
	{"W3SVC", "World Wide Web Publishing Service", always, always_automatic},
	{"WAS", "Windows Process Activation Service", always, always_automatic},
	{APP_POOL_NAME, "Application pool " APP_POOL_NAME, pool_state, always_automatic, "app_pool",
		"started", "stopped"},
	{"CertSvc", "Active Directory Certificate Services", ca_state, always_automatic,
		"ca_service", "running", "stopped"},
	{"WAPCSvc", "Microsoft AAD Application Proxy Connector", proxy_connector_state,
		proxy_connector_startup, "application_proxy", "running", "connector_stopped",
		"connector_service_startup"},
	{"NDESConnectorSvc", "Intune Connector Service", intune_connector_state, always_automatic},
};
#define SERVICE_COUNT (sizeof(services) / sizeof(services[0]))

static int
find(const struct service **out, struct site *site, const char *name, struct diag *diag)
{
	struct suggestion suggestion = suggestion_start(name);

	for (size_t i = 0; i < SERVICE_COUNT; i++) {
		*out = &services[i];
		if ((*out)->state(site) == SERVICE_ABSENT)
			continue;
		if (strcasecmp((*out)->name, name) == 0 ||
			strcasecmp((*out)->display_name, name) == 0)
			return DONE;
		suggestion_offer(&suggestion, (*out)->name);
		suggestion_offer(&suggestion, (*out)->display_name);
	}
	return suggestion_refuse(&suggestion, name, "no such service on this deployment", "",
		"one that the list of services has", diag);
}

static void
append_setting(json_t *list, const char *name)
{
	if (name)
		json_array_append_new(list, json_string(name));
}

static json_t *
describe(const struct service *service, struct site *site)
{
	json_t *settings = json_array();

	append_setting(settings, service->setting);
	append_setting(settings, service->startup_setting);
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", service->name, "display_name",
		service->display_name, "state",
		service->state(site) == SERVICE_RUNNING ? "running" : "stopped", "startup",
		service->startup(&site->condition->settings), "settings", settings);
}

json_t *
site_services_list(struct site *site)
{
	json_t *list = json_array();

	for (size_t i = 0; i < SERVICE_COUNT; i++)
		if (services[i].state(site) != SERVICE_ABSENT)
			json_array_append_new(list, describe(&services[i], site));
	return list;
}

/* --- changing them ----------------------------------------------------------------------------- */

static int
change(struct site *site, const struct service *service, const char *setting, const char *value,
	struct diag *diag)
{
	json_t *settings;
	const char *fault;
	int result;

	if (!setting) {
		diag_refuse(diag, service->name, NULL, "a service with a setting behind it",
			"it always runs here, and starts by itself");
		return SITE_SERVICES_FIXED;
	}
	settings = json_pack("{s:s}", setting, value);
	result = site_change(site, settings, &fault, diag);
	json_decref(settings);
	return result;
}

int
site_services_start(struct site *site, const char *name, struct diag *diag)
{
	const struct service *service;
	int result;

	if (find(&service, site, name, diag) != DONE)
		return REFUSED;
	/* What runs is left in its condition: a proxy with another fault keeps that. */
	if (service->state(site) == SERVICE_RUNNING)
		return DONE;
	result = change(site, service, service->setting, service->running, diag);
	/* A start by hand is what enables a pool again that crashed too often. */
	if (result == DONE && strcmp(service->name, APP_POOL_NAME) == 0)
		app_pool_start(&site->app_pool);
	return result;
}

int
site_services_stop(struct site *site, const char *name, struct diag *diag)
{
	const struct service *service;

	if (find(&service, site, name, diag) != DONE)
		return REFUSED;
	return change(site, service, service->setting, service->stopped, diag);
}

int
site_services_set_startup(
	struct site *site, const char *name, const char *startup, struct diag *diag)
{
	const struct service *service;

	if (find(&service, site, name, diag) != DONE)
		return REFUSED;
	return change(site, service, service->startup_setting, startup, diag);
}
