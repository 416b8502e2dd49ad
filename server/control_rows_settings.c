/* The settings of a site, and the verbs by which a change takes effect. */
#include <string.h>

#include "server/control_rows.h"
#include "server/control_site.h"
#include "server/server.h"
#include "server/settings_json.h"
#include "server/site_verb.h"
#include "server/store.h"

/* --- settings --------------------------------------------------------------------------- */

static const struct control_field settings_members[] = {
	{"settings", CONTROL_SETTINGS, .help = "all that are in force"},
	{"waiting", CONTROL_SETTINGS,
		.help = "those that were changed and wait for what makes them take effect, with "
			"apply: as_real"},
	{0},
};

static const struct control_field body_members[] = {
	{"settings", CONTROL_SETTINGS, .required = true,
		.help = "NAME: VALUE; null: back to its default"},
	{0},
};

static json_t *
settings_of(struct site *site)
{
	json_t *all, *waiting;

	pthread_mutex_lock(&site->lock);
	all = settings_json(&site->condition->settings, NULL);
	waiting = settings_json(&site->configured, &site->condition->settings);
	pthread_mutex_unlock(&site->lock);
	return json_pack("{s:o, s:o}", "settings", all, "waiting", waiting);
}

static void
get_settings(struct control_call *call)
{
	control_answer(call, 200, settings_of(call->site));
}

static void
change_settings(struct control_call *call)
{
	if (control_site_change(call, json_object_get(call->body, "settings"), "/settings"))
		get_settings(call);
}

/* What is not named goes back to its default. */
static void
put_settings(struct control_call *call)
{
	SETTINGS_CLEANUP struct settings defaults = {0};
	json_t *all;

	settings_init(&defaults);
	all = settings_json(&defaults, NULL);
	json_object_update(all, json_object_get(call->body, "settings"));
	if (control_site_change(call, all, "/settings"))
		get_settings(call);
	json_decref(all);
}

/* --- the pool ----------------------------------------------------------------------------- */

static const struct control_field pool_members[] = {
	{"name", CONTROL_TEXT, .help = "SCEP"},
	{"state", CONTROL_TEXT,
		.help = "started, stopped (by hand), disabled (by rapid-fail protection) or "
			"another "
			"choice of the setting app_pool"},
	{"crashes", CONTROL_NUMBER, .help = "how many within the rapid-fail interval are kept"},
	{0},
};

static json_t *
pool_of(struct site *site)
{
	struct condition *condition = site_hold_condition(site);
	json_t *state = settings_json_value(settings_row("app_pool"), &condition->settings);
	bool disabled = app_pool_is_disabled(&site->app_pool);
	json_t *pool;

	if (disabled) {
		json_decref(state);
		state = json_string("disabled");
	}
	pthread_mutex_lock(&site->app_pool.lock);
	pool = json_pack("{s:s, s:o, s:i}", "name", APP_POOL_NAME, "state", state, "crashes",
		(int)site->app_pool.crash_count);
	pthread_mutex_unlock(&site->app_pool.lock);
	condition_release(condition);
	return pool;
}

static void
get_pool(struct control_call *call)
{
	control_answer(call, 200, pool_of(call->site));
}

static void
set_pool(struct control_call *call, const char *state)
{
	json_t *settings = json_pack("{s:s}", "app_pool", state);

	if (control_site_change(call, settings, ""))
		get_pool(call);
	json_decref(settings);
}

static void
start_pool(struct control_call *call)
{
	app_pool_start(&call->site->app_pool);
	set_pool(call, "started");
}

static void
stop_pool(struct control_call *call)
{
	set_pool(call, "stopped");
}

/* --- verbs --------------------------------------------------------------------------------- */

static const struct control_field verb_members[] = {
	{"did", CONTROL_TEXT, .help = "what was done"},
	{"took_effect", CONTROL_SETTINGS, .help = "the settings that came into force by it"},
	{"app_pool", CONTROL_OBJECT, .fields = pool_members, .help = "the pool behind it"},
	{0},
};

static void
do_verb(struct control_call *call, enum site_verb verb)
{
	struct condition *before = site_hold_condition(call->site), *now;
	struct diag diag = {0};
	int result = site_do(call->site, verb, &diag);

	if (result != DONE) {
		control_refuse_outcome(call, result, 500, &diag);
	} else {
		now = site_hold_condition(call->site);
		control_answer(call, 200,
			json_pack("{s:s, s:o, s:o}", "did", site_verb_name(verb), "took_effect",
				settings_json(&now->settings, &before->settings), "app_pool",
				pool_of(call->site)));
		condition_release(now);
	}
	condition_release(before);
}

static void
recycle(struct control_call *call)
{
	do_verb(call, SITE_VERB_POOL_RECYCLE);
}

static void
iisreset(struct control_call *call)
{
	do_verb(call, SITE_VERB_IISRESET);
}

static void
restart(struct control_call *call)
{
	do_verb(call, SITE_VERB_REBOOT);
}

#define SETTINGS "/v1/sites/{site}/settings"
#define POOL     "/v1/sites/{site}/app-pool"

const struct control_route control_rows_settings[] = {
	{"GET", SETTINGS, "getSettings", "tells the settings of a site", .success = 200,
		.answer = settings_members, .run = get_settings},
	{"PATCH", SETTINGS, "changeSettings", "changes settings of a site", .body = body_members,
		.body_required = true, .success = 200, .answer = settings_members,
		.run = change_settings},
	{"PUT", SETTINGS, "putSettings",
		"sets the settings of a site, and those that are not named to their defaults",
		.body = body_members, .body_required = true, .success = 200,
		.answer = settings_members, .run = put_settings},
	{"GET", POOL, "getAppPool", "tells about the application pool", .success = 200,
		.answer = pool_members, .run = get_pool},
	{"POST", POOL "/start", "startAppPool",
		"starts the application pool, its crashes forgotten", .body = control_field_none,
		.success = 200, .answer = pool_members, .run = start_pool},
	{"POST", POOL "/stop", "stopAppPool", "stops the application pool by hand",
		.body = control_field_none, .success = 200, .answer = pool_members,
		.run = stop_pool},
	{"POST", POOL "/recycle", "recycleAppPool",
		"ends the worker process of the application pool and starts it",
		.body = control_field_none, .success = 200, .answer = verb_members, .run = recycle},
	{"POST", "/v1/sites/{site}/iisreset", "iisreset", "stops and starts IIS with all its pools",
		.body = control_field_none, .success = 200, .answer = verb_members,
		.run = iisreset},
	{"POST", "/v1/sites/{site}/restart", "restart", "restarts the simulated server",
		.body = control_field_none, .success = 200, .answer = verb_members, .run = restart},
	{0},
};
