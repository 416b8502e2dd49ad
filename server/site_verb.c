#include "server/site_verb.h"

#include "server/balancer.h"
#include "server/ndes_service.h"
#include "server/server.h"
#include "server/site_force.h"
#include "server/store.h"

static const struct {
	const char *name;
	enum setting_effect reaches; /* changes that come into force, and all that take less */
} verbs[SITE_VERB_COUNT] = {
	[SITE_VERB_POOL_RECYCLE] = {"recycle", EFFECT_POOL_RESTART},
	[SITE_VERB_IISRESET] = {"iisreset", EFFECT_IISRESET},
	[SITE_VERB_REBOOT] = {"reboot", EFFECT_REBOOT},
};

const char *
site_verb_name(enum site_verb verb)
{
	return verbs[verb].name;
}

/* Behind a restart, group policy is applied, and what does not start by itself is stopped. */
static void
restart_services(struct settings *settings)
{
	bool proxied = settings->application_proxy == PROXY_RUNNING ||
		settings->application_proxy == PROXY_CONNECTOR_STOPPED;

	if (settings->group_policy_pushes_intermediate)
		settings->trusted_root_store = TRUSTED_ROOT_INTERMEDIATE_PRESENT;
	if (proxied)
		settings->application_proxy =
			settings->connector_service_startup == CONNECTOR_STARTUP_AUTOMATIC
			? PROXY_RUNNING
			: PROXY_CONNECTOR_STOPPED;
}

/* Puts the configured settings into force, as far as `reach`. The site is locked. */
static int
enforce(struct site *site, enum setting_effect reach, struct diag *diag)
{
	SETTINGS_CLEANUP struct settings settings = {0};

	settings_copy(&settings, &site->condition->settings);
	settings_take_over(&settings, &site->configured, reach);
	if (reach == EFFECT_REBOOT)
		restart_services(&settings);
	return site_force_run(site, &settings, site->condition, &(struct rule_change){0}, diag);
}

/* A setting that is changed by hand is no longer the profile's, and stays when that goes. */
static int
change(struct site *site, const json_t *settings, const char **fault, struct diag *diag)
{
	SETTINGS_CLEANUP struct settings configured = {0};
	int result;

	settings_copy(&configured, &site->configured);
	result = settings_set_json(&configured, settings, fault, diag);
	if (result == DONE)
		result = site_force_configured(site, &configured, &(struct rule_change){0}, diag);
	if (result == DONE)
		result = settings_set_json(&site->without, settings, fault, diag);
	return result;
}

int
site_change(struct site *site, const json_t *settings, const char **fault, struct diag *diag)
{
	int result;

	*fault = NULL;
	pthread_mutex_lock(&site->lock);
	result = change(site, settings, fault, diag);
	pthread_mutex_unlock(&site->lock);
	return result;
}

/* The cache lives in the worker process of each server (ndes-behaviour 2.6). */
int
site_forget_challenges(struct site *site, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer cache = {0};
	int result = DONE;

	for (unsigned i = 1; result == DONE && i <= BALANCER_SERVERS_MAX; i++) {
		balancer_password_cache(&cache, site, i);
		result = store_challenge_clear(site->server->store, buffer_text(&cache), diag);
	}
	return result;
}

int
site_do(struct site *site, enum site_verb verb, struct diag *diag)
{
	int result;

	pthread_mutex_lock(&site->lock);
	result = enforce(site, verbs[verb].reaches, diag);
	pthread_mutex_unlock(&site->lock);
	if (result != DONE)
		return result;
	ndes_service_stop(site);
	app_pool_start(&site->app_pool);
	return site_forget_challenges(site, diag);
}

int
site_renew_ra_certificates(struct site *site, struct diag *diag)
{
	SETTINGS_CLEANUP struct settings settings = {0};
	int result;

	pthread_mutex_lock(&site->lock);
	settings_copy(&settings, &site->condition->settings);
	settings.ra_certificates = RA_CERTIFICATES_VALID;
	result = site_force_renewal(site, &settings, diag);
	if (result == DONE) {
		site->configured.ra_certificates = RA_CERTIFICATES_VALID;
		site->without.ra_certificates = RA_CERTIFICATES_VALID;
		ndes_service_stop(site);
	}
	pthread_mutex_unlock(&site->lock);
	return result;
}
