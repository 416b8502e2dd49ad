/*
 * What a plain (unquoted) scalar of YAML is: the core schema of YAML 1.2 (10.3.2),
 * where "no" and "on" are texts.
 */
#pragma once

#include <jansson.h>

/*
 * Returns a new null, boolean, integer, real or text; NULL for a number that has no place in JSON
 * or 64 bits, then with the reason in `why`.
 */
json_t *yaml_scalar_resolve(const char *text, const char **why);
