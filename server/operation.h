/*
 * The operations of mscep.dll, one row each.
 */
#pragma once

#include <stdbool.h>

struct exchange;
struct settings;

struct operation {
	const char *name;      /* the value of the query parameter `operation`, RFC 8894 4.1 */
	bool uses_private_key; /* runs on a worker thread */
	int (*run)(struct exchange *exchange);           /* a stage_result */
	bool (*exists)(const struct settings *settings); /* NULL: on every server */
};

/*
 * Returns the row that the request's `operation` parameter names, in exact case (RFC 8894 4.1;
 * whether NDES folds it is not known), or NULL. `present` says whether there was such a
 * parameter at all.
 */
const struct operation *operation_find(bool *present, const struct exchange *exchange);
