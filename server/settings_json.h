/*
 * The settings as JSON, in the types that settings_set_json takes.
 */
#pragma once

#include <jansson.h>

#include "server/settings_table.h"

/* Returns the value of one setting; the caller releases it with json_decref, as the following. */
json_t *settings_json_value(const struct setting_row *row, const struct settings *settings);

/* Returns an object with all settings, or, with a `base`, with those that differ from it. */
json_t *settings_json(const struct settings *settings, const struct settings *base);

/* Returns an object that holds the defaults of the settings for which `object` has null and which cannot
 * be none, and the other members as they are; NULL and null are an empty one. */
json_t *settings_json_with_defaults(const json_t *object);
