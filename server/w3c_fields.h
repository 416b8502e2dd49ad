/*
 * The fields of IIS's W3C extended log, one row each, in the order in which
 * IIS writes those that are selected (ndes-behaviour 5.1).
 */
#pragma once

#include <time.h>

#include "common/buffer.h"
#include "common/diag.h"

struct exchange;

/*
 * Reads names separated by blanks, as they stand behind "#Fields:", into a selection: bit n of
 * `out` is row n. Order and case of the names do not matter. DONE; REFUSED for an empty selection,
 * and for a name that IIS does not have, with the nearest one.
 */
int w3c_fields_parse(uint32_t *out, const char *names, struct diag *diag);

/* Appends a regular expression (common/pattern.h) for what w3c_fields_parse takes. */
void w3c_fields_write_pattern(struct buffer *out);

/* Appends the names of the selected fields, separated by blanks. */
void w3c_fields_write_names(struct buffer *out, uint32_t fields);

/* Appends the values of the selected fields, separated by blanks, without a line end. `logged_at`
 * is the deployment's UTC time when the last byte had left. */
void w3c_fields_write_values(struct buffer *out, uint32_t fields, const struct exchange *exchange,
	const struct tm *logged_at);
