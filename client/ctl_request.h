/*
 * From the words of a command line to a call of the control API: path, query and body.
 */
#pragma once

#include <jansson.h>

#include "client/ctl_verb.h"

struct ctl_request {
	struct buffer target; /* path and query */
	json_t *body;         /* NULL: none, or `raw` */
	struct buffer raw;    /* a file that is the body, as it is */
	bool is_raw;
};

#define CTL_REQUEST_CLEANUP __attribute__((cleanup(ctl_request_done)))

void ctl_request_done(struct ctl_request *request);

/*
 * Fills `out` from a verb's options and positionals. DONE; REFUSED for a word that is missing or too
 * many, a file that cannot be read, a value that is no number.
 */
int ctl_request_make(struct ctl_request *out, const struct ctl_verb *verb,
	const struct options *options, char *const *words, size_t count, struct diag *diag);
