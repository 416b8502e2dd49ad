/* The fault profiles that a site can be made with, as `mock-ndes faults --json` has them. */
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/control_rows.h"
#include "server/fault_text.h"
#include "server/profile_catalogue.h"
#include "server/server.h"

static const struct control_field profile_members[] = {
	{"name", CONTROL_TEXT, .required = true, .help = "by which sites are made with it"},
	{"url_path", CONTROL_TEXT, .required = true, .help = "a URL of any server that has it"},
	{"title", CONTROL_TEXT, .required = true, .help = "what is broken, in a line"},
	{"symptom", CONTROL_TEXT, .required = true, .help = "what a person sees of it"},
	{"cause", CONTROL_TEXT, .required = true, .help = "why"},
	{"remedy", CONTROL_TEXT, .required = true, .help = "what to do on the real thing"},
	{"documented", CONTROL_TEXTS, .required = true,
		.help = "the numbers of the documented failures, such as S3"},
	{"documents", CONTROL_TEXTS, .required = true, .help = "where they are documented"},
	{"affects", CONTROL_TEXTS, .required = true,
		.help = "which requests are answered otherwise"},
	{"reports", CONTROL_ANY, .help = "what devices tell, by their systems"},
	{"settings", CONTROL_SETTINGS, .help = "what is set otherwise"},
	{"rules", CONTROL_RULES, .help = "what is done to which exchanges"},
	{"repair", CONTROL_ANY, .help = "what heals it"},
	{"expect", CONTROL_ANY, .required = true, .help = "what a client must see"},
	{0},
};

static const struct control_field list_members[] = {
	{"profiles", CONTROL_OBJECTS, .required = true, .fields = profile_members,
		.help = "in the order of their names"},
	{0},
};

/* What is made of the files. */
struct reading {
	const struct server *server;
	json_t *json;
	char **names; /* of all profiles, when one was asked for that there is not */
	size_t name_count;
	int result;
	struct diag diag;
};

static void
release(void *kept)
{
	struct reading *reading = kept;

	json_decref(reading->json);
	for (size_t i = 0; i < reading->name_count; i++)
		free(reading->names[i]);
	free(reading->names);
	free(reading);
}

static int
add(void *context, const char *name)
{
	struct reading *reading = context;
	PROFILE_CLEANUP struct profile profile = {0};
	int result = profile_catalogue_read(
		&profile, reading->server->profile_directory, name, &reading->diag);

	if (result == DONE)
		json_array_append_new(reading->json, fault_text_json(&profile));
	return result;
}

static int
add_name(void *context, const char *name)
{
	struct reading *reading = context;

	reading->names = memory_resize(reading->names, (reading->name_count + 1) * sizeof(char *));
	reading->names[reading->name_count++] = text_copy(name);
	return 0;
}

static bool
is_known(const struct reading *reading, const char *name)
{
	for (size_t i = 0; i < reading->name_count; i++)
		if (strcmp(reading->names[i], name) == 0)
			return true;
	return false;
}

/* A hundred files and more are read: on a worker thread. */
static void
begin(struct control_call *call)
{
	struct reading *reading = memory_new(1, sizeof(*reading));

	reading->server = call->server;
	reading->json = json_array();
	call->kept = reading;
	call->release = release;
	call->works = true;
}

static void
read_all(struct control_call *call)
{
	struct reading *reading = call->kept;

	reading->result = profile_catalogue_each(call->server->profile_directory, add, reading);
}

static void
answer_all(struct control_call *call, bool due)
{
	struct reading *reading = call->kept;

	if (reading->result == DONE)
		control_answer(call, 200, json_pack("{s:O}", "profiles", reading->json));
	else
		control_refuse_outcome(call, reading->result, 500, &reading->diag);
}

static void
read_one(struct control_call *call)
{
	struct reading *reading = call->kept;

	reading->result = add(reading, call->parameters[0]);
	if (reading->result != DONE)
		profile_catalogue_each(call->server->profile_directory, add_name, reading);
}

static void
answer_one(struct control_call *call, bool due)
{
	struct reading *reading = call->kept;
	const char *name = call->parameters[0];

	if (reading->result == DONE)
		control_answer(call, 200, json_incref(json_array_get(reading->json, 0)));
	else if (is_known(reading, name))
		control_refuse_outcome(call, reading->result, 500, &reading->diag);
	else
		control_refuse_unknown(call, "fault profile", name,
			(const char *const *)reading->names, reading->name_count);
}

const struct control_route control_rows_catalogue[] = {
	{"GET", "/v1/profiles", "listProfiles", "lists the fault profiles", .success = 200,
		.answer = list_members, .run = begin, .work = read_all, .again = answer_all},
	{"GET", "/v1/profiles/{profile}", "getProfile", "explains a fault profile", .success = 200,
		.answer = profile_members, .run = begin, .work = read_one, .again = answer_one},
	{0},
};
