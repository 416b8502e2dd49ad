/* The services of a deployment. */
#include <string.h>
#include <strings.h>

#include "server/control_rows.h"
#include "server/site_services.h"

static const char *const states[] = {"running", "stopped", NULL};
static const char *const startups[] = {"automatic", "manual", NULL};

static const struct control_field service_members[] = {
	{"name", CONTROL_TEXT, .help = "of the service: CertSvc"},
	{"display_name", CONTROL_TEXT, .help = "as services.msc shows it"},
	{"state", CONTROL_CHOICE, .choices = states, .help = "whether it runs"},
	{"startup", CONTROL_CHOICE, .choices = startups,
		.help = "how it starts with the server; null where that does not apply"},
	{"settings", CONTROL_TEXTS, .help = "the names of the settings behind it"},
	{0},
};

static const struct control_field list_members[] = {
	{"services", CONTROL_OBJECTS, .fields = service_members,
		.help = "those that are installed"},
	{0},
};

static const struct control_field change_members[] = {
	{"state", CONTROL_CHOICE, .choices = states, .help = "starts or stops it"},
	{"startup", CONTROL_CHOICE, .choices = startups, .help = "seen at the next restart"},
	{0},
};

static void
list(struct control_call *call)
{
	control_answer(call, 200, json_pack("{s:o}", "services", site_services_list(call->site)));
}

/* Returns the service of the path, a new reference; NULL with the problem set. */
static json_t *
find(struct control_call *call)
{
	json_t *services = site_services_list(call->site), *service, *found = NULL;
	const char *name = call->parameters[1], *known[32];
	size_t i, count = 0;

	json_array_foreach(services, i, service)
	{
		known[count++] = control_member_text(service, "name", "");
		if (strcasecmp(known[i], name) == 0 ||
			strcasecmp(control_member_text(service, "display_name", ""), name) == 0)
			found = json_incref(service);
	}
	if (!found)
		control_refuse_unknown(call, "service", name, known, count);
	json_decref(services);
	return found;
}

static void
get(struct control_call *call)
{
	json_t *service = find(call);

	if (service)
		control_answer(call, 200, service);
}

static void
change(struct control_call *call)
{
	const char *state = control_member_text(call->body, "state", NULL);
	const char *startup = control_member_text(call->body, "startup", NULL);
	const char *name = call->parameters[1];
	json_t *service = find(call);
	struct diag diag = {0};
	int result = DONE;

	if (!service)
		return;
	json_decref(service);
	if (startup)
		result = site_services_set_startup(call->site, name, startup, &diag);
	if (result == DONE && state)
		result = strcmp(state, "running") == 0
			? site_services_start(call->site, name, &diag)
			: site_services_stop(call->site, name, &diag);
	if (result == DONE)
		get(call);
	else
		control_refuse_outcome(call, result, 409, &diag);
}

#define SERVICES "/v1/sites/{site}/services"

const struct control_route control_rows_services[] = {
	{"GET", SERVICES, "listServices", "lists the services of the deployment", .success = 200,
		.answer = list_members, .run = list},
	{"GET", SERVICES "/{service}", "getService", "tells about a service", .success = 200,
		.answer = service_members, .run = get},
	{"PATCH", SERVICES "/{service}", "changeService",
		"starts or stops a service, or changes how it starts", .body = change_members,
		.body_required = true, .success = 200, .answer = service_members, .run = change},
	{0},
};
