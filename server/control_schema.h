/*
 * JSON Schema of what the rows of control_field.h say.
 */
#pragma once

#include "server/control_field.h"

/* Parts of the document: settings as the API has them, where null is a default; as rules have them. */
#define CONTROL_SCHEMA_SETTINGS      "#/components/schemas/Settings"
#define CONTROL_SCHEMA_RULE_SETTINGS "#/components/schemas/RuleSettings"
#define CONTROL_SCHEMA_RULE          "#/components/schemas/Rule"

/* Each returns a new schema, which the caller releases with json_decref. */

/* Of an object with these members; NULL rows allow none. */
json_t *control_schema_object(const struct control_field *fields);

/* Of the value of one member, when it is there; a parameter of a query is this. */
json_t *control_schema_value(const struct control_field *field);

/* Of a problem, as control_problem_json makes it. */
json_t *control_schema_problem(void);
