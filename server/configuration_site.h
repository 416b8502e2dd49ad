/*
 * The description of a site in the configuration file.
 */
#pragma once

#include "server/configuration_reader.h"

/* Adds a site of this name to the reader's configuration. DONE or REFUSED. */
int configuration_site_read(
	struct configuration_reader *reader, const char *name, const json_t *value);
