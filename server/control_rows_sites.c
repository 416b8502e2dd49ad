/* Sites: made, listed, read, changed, removed. */
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"
#include "common/memory.h"
#include "common/percent.h"
#include "server/clock_control.h"
#include "server/control_fault.h"
#include "server/control_rows.h"
#include "server/control_site.h"
#include "server/reset.h"
#include "server/server.h"
#include "server/settings_json.h"
#include "server/site_life.h"

#define TTL_MAX_MS (INT64_C(366) * 86400000)

static const char *const ca_words[] = {"shared", "own", NULL};

static const struct control_field clock_members[] = {
	{"offset", CONTROL_DURATION, -DURATION_YEARS_MS, DURATION_YEARS_MS, .standard = "0s",
		.help = "how far it is ahead of the server's: 40d, or -1h behind it"},
	{"frozen_at", CONTROL_TIME, .standard = "it runs", .help = "the time at which it stands"},
	{0},
};

static const struct control_field wish_members[] = {
	{"name", CONTROL_TEXT, 1, SITE_NAME_MAX, .standard = "site-N",
		.help = "letters, digits, \"-\", \"_\" and \".\"; it becomes a segment of URLs"},
	{"profile", CONTROL_TEXT, 1, 1024, .help = "fault profiles, joined by +"},
	{"settings", CONTROL_SETTINGS, .help = "over the configuration's and the profiles'"},
	{"faults", CONTROL_RULES, 0, CONTROL_FAULTS_MAX,
		.help = "its rules, behind those of the profiles"},
	{"ttl", CONTROL_DURATION, 1, TTL_MAX_MS, .standard = "it stays",
		.help = "after which it is removed, by the server's clock"},
	{"ca", CONTROL_CHOICE, .choices = ca_words, .standard = "shared",
		.help = "own: a CA with new keys, which take some tenths of a second to make"},
	{"clock", CONTROL_OBJECT, .fields = clock_members, .standard = "the server's",
		.help = "its time, as in the file of serve --config"},
	{0},
};

static const struct control_field change_members[] = {
	{"settings", CONTROL_SETTINGS, .help = "what changes; null: back to its default"},
	{"ttl", CONTROL_DURATION, 1, TTL_MAX_MS, .help = "counted from now"},
	{0},
};

static const struct control_field list_members[] = {
	{"sites", CONTROL_OBJECTS, .fields = control_site_members, .help = "the default one first"},
	{0},
};

/* --- making ---------------------------------------------------------------------------- */

/* A site on its way into the table. */
struct making {
	struct site *site; /* NULL: not made */
	char *name;        /* NULL: one is found for it */
	bool replaces;     /* one of the same name may be there */
	struct diag diag;
	char fault[64]; /* the setting at fault; empty: none */
	int result;
};

static void
release(void *kept)
{
	struct making *making = kept;

	site_release(making->site);
	free(making->name);
	free(making);
}

static struct clock_state
clock_of(const json_t *body)
{
	const json_t *clock = json_object_get(body, "clock");
	int64_t frozen_ms = control_member_time(clock, "frozen_at", -1);

	if (frozen_ms >= 0)
		return (struct clock_state){.frozen = true, .frozen_ms = frozen_ms};
	return (struct clock_state){.offset_ms = control_member_duration(clock, "offset", 0)};
}

static bool
wants_own_ca(const json_t *body)
{
	return strcmp(control_member_text(body, "ca", "shared"), "own") == 0;
}

/* Certificates are minted, and perhaps keys made: on a worker thread. */
static void
make(struct control_call *call)
{
	struct making *making = call->kept;
	const json_t *body = call->body;
	json_t *settings = settings_json_with_defaults(json_object_get(body, "settings"));
	const char *fault = NULL;
	const struct site_wish wish = {
		.name = making->name,
		.profiles = control_member_text(body, "profile", NULL),
		.settings = settings,
		.rules = json_object_get(body, "faults"),
		.own_ca = wants_own_ca(body),
		.time_to_live_ms = control_member_duration(body, "ttl", 0),
		.clock = clock_of(body),
	};

	making->result =
		site_life_prepare(&making->site, call->server, &wish, &fault, &making->diag);
	if (fault)
		snprintf(making->fault, sizeof(making->fault), "%s", fault);
	json_decref(settings);
}

static void
refuse_made(struct control_call *call)
{
	struct making *making = call->kept;
	TEXT_CLEANUP char *pointer = text_format("/settings/%s", making->fault);
	TEXT_CLEANUP char *rule_pointer = text_format("/faults%s", making->diag.object);
	bool has_profile = control_member_text(call->body, "profile", NULL) != NULL;

	if (making->result == REFUSED && making->fault[0])
		control_refuse_at(call, pointer, &making->diag);
	else if (making->result == REFUSED && making->diag.object[0] == '/')
		control_refuse_at(call, rule_pointer, &making->diag);
	else if (making->result == REFUSED && has_profile)
		control_refuse_at(call, "/profile", &making->diag);
	else
		control_refuse_outcome(call, making->result,
			making->result == SITE_LIFE_TAKEN          ? 409
				: making->result == SITE_LIFE_FULL ? 503
								   : 422,
			&making->diag);
}

static void
made(struct control_call *call, bool due)
{
	struct making *making = call->kept;
	struct site *site = making->site, *old = NULL;
	BUFFER_CLEANUP struct buffer location = {0};

	if (making->result == DONE && making->replaces)
		old = site_table_find(&call->server->sites, bytes_text(making->name));
	if (old)
		making->result = site_life_remove(old, &making->diag);
	if (making->result == DONE)
		making->result = site_life_add(site, &making->diag);
	if (making->result != DONE) {
		refuse_made(call);
		return;
	}
	making->site = NULL; /* the table has it */
	buffer_append_text(&location, "/v1/sites/");
	percent_encode(&location, bytes_text(site->name), "");
	if (old)
		control_answer(call, 200, control_site_json(site));
	else
		control_answer_created(call, buffer_text(&location), control_site_json(site));
}

static void
begin(struct control_call *call, const char *name, bool replaces)
{
	struct making *making = NULL;
	struct clock_state clock = clock_of(call->body);
	struct diag diag = {0};

	if (name && site_name_check(name, &diag) != DONE) {
		control_refuse_at(call, "/name", &diag);
		return;
	}
	if (clock_control_check(&call->server->clock, &clock, "clock", &diag) != DONE) {
		control_refuse_at(call, "/clock", &diag);
		return;
	}
	making = memory_new(1, sizeof(*making));
	making->name = text_copy(name);
	making->replaces = replaces;
	call->kept = making;
	call->release = release;
	call->works = true;
	call->works_long = wants_own_ca(call->body);
}

static void
create(struct control_call *call)
{
	const char *name = control_member_text(call->body, "name", NULL);

	if (name && strcmp(name, SITE_NAME_DEFAULT) == 0)
		control_refuse(
			call, 409, "the default site is there already; expected another name");
	else
		begin(call, name, false);
}

static void
put(struct control_call *call)
{
	const char *name = call->parameters[0];

	if (strcmp(control_member_text(call->body, "name", name), name) != 0) {
		struct diag diag = {0};

		diag_refuse(&diag, "name", NULL, "that of the path, or none", "another name");
		control_refuse_at(call, "/name", &diag);
		return;
	}
	if (strcmp(name, SITE_NAME_DEFAULT) == 0) {
		control_refuse(call, 409,
			"the default site stays; change it with PATCH, or POST /v1/reset");
		return;
	}
	begin(call, name, true);
}

/* --- the others ------------------------------------------------------------------------- */

static void
list(struct control_call *call)
{
	json_t *sites = json_array();

	site_life_sweep(call->server);
	for (size_t i = 0; i < call->server->sites.count; i++)
		json_array_append_new(sites, control_site_json(call->server->sites.sites[i]));
	control_answer(call, 200, json_pack("{s:o}", "sites", sites));
}

static void
get(struct control_call *call)
{
	control_answer(call, 200, control_site_json(call->site));
}

static void
change(struct control_call *call)
{
	const json_t *settings = json_object_get(call->body, "settings");
	int64_t ttl_ms = control_member_duration(call->body, "ttl", 0);

	if (json_is_object(settings) && !control_site_change(call, settings, "/settings"))
		return;
	if (ttl_ms)
		call->site->expires_ms = clock_now_ms(&call->server->clock) + ttl_ms;
	get(call);
}

static void delete (struct control_call *call)
{
	struct diag diag = {0};
	int result = site_life_remove(call->site, &diag);

	if (result == DONE)
		control_answer(call, 204, NULL);
	else
		control_refuse_outcome(call, result, 409, &diag);
}

static void
reset(struct control_call *call)
{
	struct diag diag = {0};
	int result = reset_site(call->site, &diag);

	if (result == DONE)
		get(call);
	else
		control_refuse_outcome(call, result, 409, &diag);
}

const struct control_route control_rows_sites[] = {
	{"GET", "/v1/sites", "listSites", "lists the sites", .success = 200, .answer = list_members,
		.run = list},
	{"POST", "/v1/sites", "createSite", "makes a site", .body = wish_members, .success = 201,
		.answer = control_site_members, .run = create, .work = make, .again = made},
	{"GET", "/v1/sites/{site}", "getSite", "tells about a site", .success = 200,
		.answer = control_site_members, .run = get},
	{"PUT", "/v1/sites/{site}", "putSite", "makes a site of this name, in the place of one",
		.body = wish_members, .makes_site = true, .may_create = true, .success = 200,
		.answer = control_site_members, .run = put, .work = make, .again = made},
	{"PATCH", "/v1/sites/{site}", "changeSite",
		"changes settings or the time to live of a site", .body = change_members,
		.body_required = true, .success = 200, .answer = control_site_members,
		.run = change},
	{"POST", "/v1/sites/{site}/reset", "resetSite",
		"has a site be as it was made: settings, faults, counters, clock; what it issued "
		"and "
		"handed out is forgotten",
		.body = control_field_none, .success = 200, .answer = control_site_members,
		.run = reset},
	{"DELETE", "/v1/sites/{site}", "deleteSite",
		"removes a site with all that it remembers; exchanges under way go on to their end",
		.success = 204, .run = delete},
	{0},
};
