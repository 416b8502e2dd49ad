#include "server/control_site.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/percent.h"
#include "server/control_clock.h"
#include "server/control_fault.h"
#include "server/server.h"
#include "server/settings_json.h"
#include "server/site_verb.h"

const struct control_field control_site_members[] = {
	{"name", CONTROL_TEXT, 1, 255, .help = "by which paths and URLs name it"},
	{"number", CONTROL_NUMBER, .help = "by which IIS calls it: its logs are in W3SVC<number>"},
	{"ca", CONTROL_TEXT, .help = "shared: the server's; own: with keys of its own"},
	{"scep", CONTROL_TEXT, .help = "the URL for the device"},
	{"scep_tls", CONTROL_TEXT, .help = "the same by HTTPS; null without a TLS listener"},
	{"admin_page", CONTROL_TEXT, .help = "the page that hands out challenge passwords"},
	{"faults", CONTROL_OBJECTS, 0, CONTROL_FAULTS_MAX, .fields = control_fault_members,
		.help = "its profiles, and then its rules in the order in which they are asked"},
	{"settings", CONTROL_SETTINGS, .help = "those in force that are not at their defaults"},
	{"log_directory", CONTROL_TEXT, .help = "its folder of logs; null without --log-dir"},
	{"expires_at", CONTROL_TIME,
		.help = "when it is removed, by the server's clock; null: never"},
	{"clock", CONTROL_OBJECT, .fields = control_clock_members, .help = "its time"},
	{0},
};

static json_t *
url(const char *base, const char *path)
{
	return base ? json_sprintf("%s%s", base, path) : json_null();
}

/* The site's URL over the first TLS listener that leads to all sites; NULL: there is none. */
static char *
tls_url(const struct site *site)
{
	const struct server *server = site->server;
	TEXT_CLEANUP char *base = server_tls_url(server);
	size_t size = strlen(server->base_url);

	if (!base || strncmp(site->base_url, server->base_url, size) != 0)
		return NULL;
	return text_format("%s%s", base, site->base_url + size);
}

static json_t *
log_directory(const struct site *site)
{
	const char *directory = site->server->log_directory;

	return directory ? json_sprintf("%s/W3SVC%u", directory, site->number) : json_null();
}

static json_t *
settings_in_force(struct site *site)
{
	SETTINGS_CLEANUP struct settings defaults = {0};
	struct condition *condition = site_hold_condition(site);
	json_t *object;

	settings_init(&defaults);
	object = settings_json(&condition->settings, &defaults);
	condition_release(condition);
	return object;
}

json_t *
control_site_json(struct site *site)
{
	TEXT_CLEANUP char *secure = tls_url(site);
	char time[CLOCK_TEXT_SIZE];
	static const char page[] = "/certsrv/mscep_admin/", scep[] = "/certsrv/mscep/mscep.dll";

	return json_pack("{s:s, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
		site->name, "number", (int)site->number, "ca", site->own_pki ? "own" : "shared",
		"scep", url(site->base_url, scep), "scep_tls", url(secure, scep), "admin_page",
		url(site->base_url, page), "faults", control_fault_list(site), "settings",
		settings_in_force(site), "log_directory", log_directory(site), "expires_at",
		site->expires_ms ? json_string(clock_text(time, site->expires_ms)) : json_null(),
		"clock", control_clock_json(&site->clock));
}

bool
control_site_change(struct control_call *call, const json_t *settings, const char *pointer)
{
	json_t *filled = settings_json_with_defaults(settings);
	const char *fault = NULL;
	struct diag diag = {0};
	int result = site_change(call->site, filled, &fault, &diag);

	if (result == REFUSED && fault) {
		TEXT_CLEANUP char *place = text_format("%s/%s", pointer, fault);

		control_refuse_at(call, place, &diag);
	} else if (result != DONE) {
		control_refuse_outcome(call, result, 422, &diag);
	}
	json_decref(filled);
	return result == DONE;
}
