/* What the control API says of itself: its OpenAPI document, and schemas of files. */
#include <stdlib.h>

#include "common/memory.h"
#include "server/control.h"
#include "server/control_openapi.h"
#include "server/control_rows.h"
#include "server/schema_document.h"
#include "server/server.h"

/* Answers with a document, which is taken over; on a worker thread, since they are large: the tree of the largest has
 * some ten thousand parts, and as many holes would stay. */
static void
answer_document(struct control_call *call, const char *content_type, json_t *json)
{
	BUFFER_CLEANUP struct buffer body = {0};
	char *text = json_dumps(json, JSON_INDENT(2));

	if (!text)
		memory_exhausted();
	buffer_append_format(&body, "%s\n", text);
	free(text);
	json_decref(json);
	memory_give_back();
	control_answer_text(call, content_type, &body);
}

static void
get_openapi(struct control_call *call)
{
	answer_document(call, "application/json",
		control_openapi(control_has_token(call->server->control)));
}

static void
get_profile_schema(struct control_call *call)
{
	answer_document(call, SCHEMA_DOCUMENT_TYPE, schema_document_profile());
}

static void
get_rule_schema(struct control_call *call)
{
	answer_document(call, SCHEMA_DOCUMENT_TYPE, schema_document_rule());
}

static void
get_settings_schema(struct control_call *call)
{
	answer_document(call, SCHEMA_DOCUMENT_TYPE, schema_document_settings());
}

const struct control_route control_rows_document[] = {
	{"GET", "/v1/openapi.json", "getOpenapi", "tells what the control API takes and answers",
		.success = 200, .work = get_openapi},
	{"GET", "/v1/schemas/profile.json", "getProfileSchema",
		"gives the JSON Schema of a fault profile's file", .success = 200,
		.content_type = SCHEMA_DOCUMENT_TYPE, .work = get_profile_schema},
	{"GET", "/v1/schemas/rule.json", "getRuleSchema", "gives the JSON Schema of a rule",
		.success = 200, .content_type = SCHEMA_DOCUMENT_TYPE, .work = get_rule_schema},
	{"GET", "/v1/schemas/settings.json", "getSettingsSchema",
		"gives the JSON Schema of the settings of a deployment", .success = 200,
		.content_type = SCHEMA_DOCUMENT_TYPE, .work = get_settings_schema},
	{0},
};
