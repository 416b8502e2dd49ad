/*
 * The configuration as a file.
 */
#pragma once

#include "server/configuration.h"

/* Appends a complete configuration as YAML that configuration_file_read accepts. */
void configuration_yaml_write(struct buffer *out, const struct configuration *configuration);
