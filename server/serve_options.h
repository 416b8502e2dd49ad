/*
 * The options of "mock-ndes serve": one table, from which they are read, explained and
 * documented.
 */
#pragma once

#include "common/options.h"
#include "server/configuration.h"

#define SERVE_OPTIONS 26

/* What they say. */
struct serve {
	struct configuration configuration;
	bool check;
};

/* Each but for --config, --fault, --fault-profiles and --help is carried out on a struct serve. */
extern const struct option_row serve_options[SERVE_OPTIONS];
