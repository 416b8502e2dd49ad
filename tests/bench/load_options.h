/*
 * What the load generator is asked for on its command line.
 */
#pragma once

#include "common/diag.h"
#include "tests/bench/load_requests.h"

struct load_options {
	int64_t port, count, connections, pid, rate, seed, first, among, status, leave_ms;
	char *path, *ca_path, *key, *challenge, *challenges, *cipher, *digest, *query;
	enum load_kind kind;
	bool one_subject, fresh, pending, rest;
};

/* Reads the command line. The caller frees with load_options_done, whatever was returned. DONE, REFUSED
 * or BROKEN. */
int load_options_read(struct load_options *out, int argc, char **argv, struct diag *diag);

void load_options_done(struct load_options *options);
