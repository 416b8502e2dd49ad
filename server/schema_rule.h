/*
 * The JSON Schema of a rule, from the rows of its keys, of match, when and actions.
 */
#pragma once

#include <jansson.h>

/* Returns a new schema; `settings` is a reference to that of settings. The caller releases it with json_decref. */
json_t *schema_rule_new(const char *settings);
