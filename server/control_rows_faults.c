/* What breaks a site: fault profiles and rules, by id. */
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/percent.h"
#include "server/control_fault.h"
#include "server/control_rows.h"
#include "server/server.h"
#include "server/site_profiles.h"
#include "server/site_rules.h"

static const struct control_field rule_members[] = {
	{"id", CONTROL_RULE_MEMBER, .standard = "made of its action, \"status-1\"",
		.help = "by which paths, the journal and X-Mock-Fault name it"},
	{"match", CONTROL_RULE_MEMBER, .help = "which exchanges; all that stands there must fit"},
	{"when", CONTROL_RULE_MEMBER, .help = "how often of those that fit"},
	{"do", CONTROL_RULE_MEMBER,
		.help = "an action with its arguments, or a list of up to four"},
	{"priority", CONTROL_NUMBER, INT64_MIN, INT64_MAX, .standard = "0", .help = "higher first"},
	{"continue", CONTROL_BOOLEAN, .standard = "false",
		.help = "whether rules behind it may strike the same exchange"},
	{"note", CONTROL_TEXT, 1, 512, .help = "for the reader"},
	{"profile", CONTROL_TEXT, 1, 255,
		.help = "a fault profile of the catalogue, instead of all the others"},
	{0},
};

static const struct control_field list_members[] = {
	{"faults", CONTROL_OBJECTS, 0, CONTROL_FAULTS_MAX, .fields = control_fault_members,
		.help = "profiles first, then rules in the order in which they are asked"},
	{0},
};

static const struct control_field put_members[] = {
	{"faults", CONTROL_OBJECTS, 0, CONTROL_FAULTS_MAX, .fields = rule_members, .required = true,
		.help = "a list of rules and profiles"},
	{0},
};

/* --- telling ---------------------------------------------------------------------------- */

static void
refuse_unknown(struct control_call *call, const char *id)
{
	json_t *faults = control_fault_list(call->site), *fault;
	const char **known = memory_new(json_array_size(faults) + 1, sizeof(*known));
	size_t i;

	json_array_foreach(faults, i, fault) known[i] =
		json_string_value(json_object_get(fault, "id"));
	control_refuse_unknown(call, "fault", id, known, json_array_size(faults));
	free(known);
	json_decref(faults);
}

static void
list(struct control_call *call)
{
	control_answer(call, 200, json_pack("{s:o}", "faults", control_fault_list(call->site)));
}

static void
get(struct control_call *call)
{
	json_t *fault = control_fault_find(call->site, call->parameters[1]);

	if (fault)
		control_answer(call, 200, fault);
	else
		refuse_unknown(call, call->parameters[1]);
}

/* --- arming ------------------------------------------------------------------------------- */

/*
 * Refuses with the pointer of what is wrong in a rule, which the reader of rules gives within its list.
 * `pointer` is that of the list in the body, or NULL where the body is the only rule of it.
 */
static void
refuse_rule(struct control_call *call, const char *pointer, const struct diag *diag)
{
	const char *place = diag->object;
	TEXT_CLEANUP char *whole = NULL;

	if (!pointer)
		place += 1 + strcspn(place + 1, "/");
	whole = text_format("%s%s", pointer ? pointer : "", place);
	control_refuse_at(call, whole, diag);
}

static void
refuse(struct control_call *call, int result, const char *pointer, const struct diag *diag)
{
	if (result == REFUSED && diag->object[0] == '/')
		refuse_rule(call, pointer, diag);
	else
		control_refuse_outcome(call, result, result == REFUSED ? 422 : 409, diag);
}

static void
answer_made(struct control_call *call, const char *id)
{
	BUFFER_CLEANUP struct buffer location = {0};

	buffer_append_text(&location, "/v1/sites/");
	percent_encode(&location, bytes_text(call->site->name), "");
	buffer_append_text(&location, "/faults/");
	percent_encode(&location, bytes_text(id), "");
	control_answer_created(call, buffer_text(&location), control_fault_find(call->site, id));
}

/* A profile stands alone: what else is said there would be lost. */
static bool
is_profile(struct control_call *call, const json_t *body, const char *pointer)
{
	const char *profile = control_member_text(body, "profile", NULL);
	struct diag diag = {0};

	if (!profile || json_object_size(body) == 1)
		return profile != NULL;
	diag_refuse(&diag, "profile", NULL, "a profile alone, or a rule", "both");
	control_refuse_at(call, pointer, &diag);
	return true;
}

static void
add(struct control_call *call)
{
	const char *profile = control_member_text(call->body, "profile", NULL);
	TEXT_CLEANUP char *id = NULL;
	struct diag diag = {0};
	bool is_one = is_profile(call, call->body, "/profile");
	int result;

	if (control_problem_is_set(&call->problem))
		return;
	if (is_one)
		result = site_profiles_add(call->site, profile, &diag);
	else
		result = site_rules_add(call->site, call->body, &id, &diag);
	if (result == DONE)
		answer_made(call, id ? id : profile);
	else
		refuse(call, result, NULL, &diag);
}

/* Parts the list of the body; a rule's place among the rules is kept with null for the profiles'. */
static void
part(struct control_call *call, json_t *profiles, json_t *rules, size_t *places)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(call->body, "faults"), i, item)
	{
		TEXT_CLEANUP char *pointer = text_format("/faults/%zu", i);

		if (is_profile(call, item, pointer)) {
			json_array_append(profiles, json_object_get(item, "profile"));
		} else {
			places[json_array_size(rules)] = i;
			json_array_append(rules, item);
		}
	}
}

/* The reader's place counts the rules alone; the body's counts the profiles too. */
static void
put_place(struct diag *diag, const size_t *places)
{
	char *end;
	size_t index = strtoul(diag->object + 1, &end, 10);
	TEXT_CLEANUP char *rest = text_copy(end);

	snprintf(diag->object, sizeof(diag->object), "/%zu%s", places[index], rest);
}

static void
put(struct control_call *call)
{
	json_t *profiles = json_array(), *rules = json_array();
	size_t places[CONTROL_FAULTS_MAX] = {0};
	struct diag diag = {0};
	int result;

	part(call, profiles, rules, places);
	if (!control_problem_is_set(&call->problem)) {
		result = site_profiles_replace(call->site, profiles, rules, &diag);
		if (result == REFUSED && diag.object[0] == '/')
			put_place(&diag, places);
		if (result == DONE)
			list(call);
		else
			refuse(call, result, "/faults", &diag);
	}
	json_decref(profiles);
	json_decref(rules);
}

/* Replaces one rule: the path says its id, whatever the body says. */
static void
put_one(struct control_call *call)
{
	json_t *rule = json_copy(call->body),
	       *old = control_fault_find(call->site, call->parameters[1]);
	struct diag diag = {0};
	int result;

	json_object_del(rule, "profile");
	json_object_set_new(rule, "id", json_string(call->parameters[1]));
	result = site_rules_put(call->site, rule, &diag);
	if (result != DONE)
		refuse(call, result, NULL, &diag);
	else if (old)
		get(call);
	else
		answer_made(call, call->parameters[1]);
	json_decref(rule);
	json_decref(old);
}

/* --- disarming ------------------------------------------------------------------------------ */

static void delete (struct control_call *call)
{
	const char *id = call->parameters[1];
	json_t *fault = control_fault_find(call->site, id);
	bool is_rule = strcmp(control_member_text(fault, "kind", ""), "rule") == 0;
	struct diag diag = {0};
	int result;

	json_decref(fault);
	if (!fault) {
		refuse_unknown(call, id);
		return;
	}
	result = is_rule ? site_rules_remove(call->site, id, &diag)
			 : site_profiles_remove(call->site, id, &diag);
	if (result == DONE)
		control_answer(call, 204, NULL);
	else
		control_refuse_outcome(call, result, 409, &diag);
}

static void
disarm(struct control_call *call)
{
	struct diag diag = {0};
	int result = site_profiles_disarm(call->site, &diag);

	if (result == DONE)
		control_answer(call, 204, NULL);
	else
		control_refuse_outcome(call, result, 500, &diag);
}

static void
rearm(struct control_call *call)
{
	struct diag diag = {0};

	if (site_rules_rearm(call->site, call->parameters[1], &diag) == DONE)
		get(call);
	else
		refuse_unknown(call, call->parameters[1]);
}

static void
rearm_all(struct control_call *call)
{
	site_rules_rearm(call->site, NULL, NULL);
	list(call);
}

#define FAULTS "/v1/sites/{site}/faults"

const struct control_route control_rows_faults[] = {
	{"GET", FAULTS, "listFaults", "lists what breaks a site", .success = 200,
		.answer = list_members, .run = list},
	{"POST", FAULTS, "addFault", "adds a rule or a fault profile", .body = rule_members,
		.body_required = true, .success = 201, .answer = control_fault_members, .run = add},
	{"PUT", FAULTS, "putFaults", "has a list take the place of all; those that stay count on",
		.body = put_members, .body_required = true, .success = 200, .answer = list_members,
		.run = put},
	{"DELETE", FAULTS, "disarm", "removes all rules and profiles of a site", .success = 204,
		.run = disarm},
	{"POST", FAULTS "/rearm", "rearmAll", "puts the counters of all rules to zero",
		.body = control_field_none, .success = 200, .answer = list_members,
		.run = rearm_all},
	{"GET", FAULTS "/{fault}", "getFault", "tells about a rule or profile", .success = 200,
		.answer = control_fault_members, .run = get},
	{"PUT", FAULTS "/{fault}", "putFault", "has a rule take the place of that of the same id",
		.body = rule_members, .body_required = true, .may_create = true, .success = 200,
		.answer = control_fault_members, .run = put_one},
	{"DELETE", FAULTS "/{fault}", "removeFault", "removes a rule or profile", .success = 204,
		.run = delete},
	{"POST", FAULTS "/{fault}/rearm", "rearmFault", "puts the counters of a rule to zero",
		.body = control_field_none, .success = 200, .answer = control_fault_members,
		.run = rearm},
	{0},
};
