/*
 * The settings in words: as YAML that can be read back, and as a reference.
 */
#pragma once

#include "server/settings_table.h"

/* Appends all settings as lines of a YAML mapping that settings_set_json accepts, each with its
 * unit and range as a comment, indented by `indent` blanks. */
void settings_text_write_yaml(struct buffer *out, const struct settings *settings, unsigned indent);

/* Appends the value of one setting as --set takes it; null for none. */
void settings_text_write_value(
	struct buffer *out, const struct setting_row *row, const struct settings *settings);

/* Appends what a setting may be: "1 to 1000 minutes", "root or issuing". */
void settings_text_write_range(struct buffer *out, const struct setting_row *row);

/* Returns when a change would be seen on the real thing: "after iisreset". */
const char *settings_text_effect(enum setting_effect effect);

/* Appends the reference of all settings: name, default, range, unit, what it does, where it is
 * on the real thing, when a change shows there, the document it comes from. */
void settings_text_write_help(struct buffer *out);
