/*
 * The OpenAPI document (3.1) of the control API, printed from the route table.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Returns the document; `token`: callers must send one. The caller releases it with json_decref. */
json_t *control_openapi(bool token);
