#include "server/control_openapi.h"

#include <ctype.h>
#include <string.h>

#include "common/memory.h"
#include "server/control_route.h"
#include "server/control_schema.h"
#include "server/schema.h"
#include "server/schema_document.h"
#include "server/schema_rule.h"

#define PROBLEM "#/components/schemas/Problem"

static const char about[] = "Drives a running mock-ndes: a Microsoft NDES for testing SCEP "
			    "clients. Objects take no unknown "
			    "members; null stands for absence. Errors are problems (RFC 9457) with "
			    "the place of each fault.";

/* --- parameters ----------------------------------------------------------------------- */

static json_t *
parameter(const char *name, const char *in, bool required, json_t *schema)
{
	return json_pack("{s:s, s:s, s:b, s:o}", "name", name, "in", in, "required", required,
		"schema", schema);
}

static void
add_path_parameters(json_t *list, const char *path)
{
	for (const char *at = strchr(path, '{'); at; at = strchr(at + 1, '{')) {
		TEXT_CLEANUP char *name = text_copy_size(at + 1, strcspn(at + 1, "}"));
		json_t *item = parameter(name, "path", true, schema_type("string"));

		json_object_set_new(
			item, "description", json_string("A \"/\" in it is percent-encoded."));
		json_array_append_new(list, item);
	}
}

static void
add_query_parameters(json_t *list, const struct control_field *fields)
{
	for (; fields && fields->name; fields++)
		json_array_append_new(list,
			parameter(fields->name, "query", fields->required,
				control_schema_value(fields)));
}

/* --- bodies and answers --------------------------------------------------------------- */

/* {"application/json": {"schema": ...}}; NULL: of any bytes. */
static json_t *
content(const char *type, json_t *schema)
{
	json_t *media = json_object();

	if (schema)
		json_object_set_new(media, "schema", schema);
	return json_pack("{s:o}", type, media);
}

static void
add_body(json_t *operation, const struct control_route *route)
{
	if (!route->body)
		return;
	json_object_set_new(operation, "requestBody",
		json_pack("{s:b, s:{s:{s:o}, s:{s:o}}}", "required", route->body_required,
			"content", "application/json", "schema", control_schema_object(route->body),
			"application/yaml", "schema", control_schema_object(route->body)));
}

/* What an answer without rows is like is told by its type alone. */
static json_t *
success(const struct control_route *route, unsigned status)
{
	const char *type = route->content_type ? route->content_type : "application/json";
	json_t *answer = json_pack("{s:s}", "description", control_status_phrase(status));

	if (status != 204)
		json_object_set_new(answer, "content",
			content(type, route->answer ? control_schema_object(route->answer) : NULL));
	for (const char *const *other = route->other_types; other && *other; other++)
		json_object_set_new(json_object_get(answer, "content"), *other, json_object());
	if (status == 201)
		json_object_set_new(answer, "headers",
			json_pack("{s:{s:s, s:o}}", "Location", "description",
				"the path of what was made", "schema", schema_type("string")));
	return answer;
}

static json_t *
answers(const struct control_route *route)
{
	TEXT_CLEANUP char *status = text_format("%u", route->success);
	json_t *out = json_pack("{s:o, s:{s:s, s:o}}", status, success(route, route->success),
		"default", "description", "why it was not done", "content",
		content("application/problem+json", schema_reference(PROBLEM)));

	if (route->may_create)
		json_object_set_new(out, "201", success(route, 201));
	return out;
}

/* --- the document --------------------------------------------------------------------- */

static json_t *
operation(const struct control_route *route)
{
	json_t *parameters = json_array();
	json_t *out = json_pack("{s:s, s:s, s:o, s:o}", "operationId", route->name, "summary",
		route->help, "parameters", parameters, "responses", answers(route));

	add_path_parameters(parameters, route->path);
	add_query_parameters(parameters, route->query);
	add_body(out, route);
	return out;
}

/* In lower case, as the document has them. */
static char *
method_key(const char *method)
{
	char *key = text_copy(method);

	for (char *at = key; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return key;
}

static json_t *
paths(void)
{
	json_t *out = json_object();
	const struct control_route *route;

	for (size_t i = 0; (route = control_route_at(i)); i++) {
		TEXT_CLEANUP char *key = method_key(route->method);
		json_t *path = json_object_get(out, route->path);

		if (!path) {
			path = json_object();
			json_object_set_new(out, route->path, path);
		}
		json_object_set_new(path, key, operation(route));
	}
	return out;
}

static json_t *
components(void)
{
	return json_pack("{s:{s:o, s:o, s:o, s:o}}", "schemas", "Settings",
		schema_document_settings_object(true), "RuleSettings",
		schema_document_settings_object(false), "Rule",
		schema_rule_new(CONTROL_SCHEMA_RULE_SETTINGS), "Problem", control_schema_problem());
}

json_t *
control_openapi(bool token)
{
	json_t *parts = components();
	json_t *out = json_pack("{s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}}, s:o, s:o}", "openapi",
		"3.1.0", "info", "title", "mock-ndes", "version", MOCK_NDES_VERSION, "description",
		about, "license", "name", "MIT", "identifier", "MIT", "paths", paths(),
		"components", parts);

	if (!token)
		return out;
	json_object_set_new(parts, "securitySchemes",
		json_pack("{s:{s:s, s:s}}", "token", "type", "http", "scheme", "bearer"));
	json_object_set_new(out, "security", json_pack("[{s:[]}]", "token"));
	return out;
}
