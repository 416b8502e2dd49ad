#include "server/settings_text.h"

#include <inttypes.h>

#include "server/yaml_text.h"

#define COMMENT_COLUMN 40

static const void *
member(const struct settings *settings, const struct setting_row *row)
{
	return (const char *)settings + row->offset;
}

static void
append_value(struct buffer *out, const struct setting_row *row, const void *value)
{
	switch (row->kind) {
	case SETTING_BOOL:
		buffer_append_text(out, *(const bool *)value ? "true" : "false");
		return;
	case SETTING_NUMBER:
		buffer_append_format(out, "%" PRId64, *(const int64_t *)value);
		return;
	case SETTING_CHOICE:
		buffer_append_text(out, row->choices[*(const int *)value]);
		return;
	case SETTING_TEXT:
		break;
	}
	yaml_text_write(out, *(char *const *)value);
}

void
settings_text_write_value(
	struct buffer *out, const struct setting_row *row, const struct settings *settings)
{
	const void *value = member(settings, row);
	const char *text = row->kind == SETTING_TEXT ? *(char *const *)value : NULL;

	if (text)
		buffer_append_text(out, text);
	else
		append_value(out, row, value);
}

void
settings_text_write_range(struct buffer *out, const struct setting_row *row)
{
	switch (row->kind) {
	case SETTING_BOOL:
		buffer_append_text(out, "true or false");
		return;
	case SETTING_NUMBER:
		buffer_append_format(out, "%" PRId64 " to %" PRId64, row->min, row->max);
		if (row->unit)
			buffer_append_format(out, " %s", row->unit);
		return;
	case SETTING_CHOICE:
		for (size_t i = 0; row->choices[i]; i++)
			buffer_append_format(out, "%s%s",
				i == 0                        ? ""
					: row->choices[i + 1] ? ", "
							      : " or ",
				row->choices[i]);
		return;
	case SETTING_TEXT:
		break;
	}
	buffer_append_format(out, "%s%s, at most %" PRId64 " bytes",
		row->min == 0 ? "null or " : "", row->form ? row->form : "a text", row->max);
}

void
settings_text_write_yaml(struct buffer *out, const struct settings *settings, unsigned indent)
{
	for (size_t i = 0; settings_row_at(i); i++) {
		const struct setting_row *row = settings_row_at(i);
		size_t start = out->size, width;

		buffer_append_format(out, "%*s%s: ", (int)indent, "", row->name);
		append_value(out, row, member(settings, row));
		width = out->size - start;
		buffer_append_format(out, "%*s # ",
			width < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - width) : 0, "");
		settings_text_write_range(out, row);
		buffer_append_byte(out, '\n');
	}
}

const char *
settings_text_effect(enum setting_effect effect)
{
	static const char *const words[] = {
		[EFFECT_AT_ONCE] = "at once",
		[EFFECT_POOL_RESTART] = "when the application pool SCEP is restarted",
		[EFFECT_IISRESET] = "after iisreset",
		[EFFECT_REBOOT] = "when the server is restarted",
		[EFFECT_SETUP] = "never; it was fixed at setup",
	};

	return words[effect];
}

static void
append_reference(struct buffer *out, const struct setting_row *row)
{
	buffer_append_format(
		out, "%s: %s\n    ", row->name, row->standard ? row->standard : "none");
	settings_text_write_range(out, row);
	buffer_append_format(out, "\n    %s.\n", row->help);
	if (row->real)
		buffer_append_format(out, "    On the real thing: %s; a change shows %s.\n",
			row->real, settings_text_effect(row->effect));
	if (row->source)
		buffer_append_format(out, "    From: %s.\n", row->source);
	buffer_append_byte(out, '\n');
}

void
settings_text_write_help(struct buffer *out)
{
	for (size_t i = 0; settings_row_at(i); i++)
		append_reference(out, settings_row_at(i));
}
