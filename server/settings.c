#include "server/settings.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"
#include "common/options.h"
#include "common/suggestion.h"
#include "common/utf8.h"
#include "server/settings_text.h"
#include "server/yaml_tree.h"

static void *
member(struct settings *settings, const struct setting_row *row)
{
	return (char *)settings + row->offset;
}

static int
refuse_unknown(const char *name, struct diag *diag)
{
	struct suggestion suggestion = suggestion_start(name);

	for (size_t i = 0; settings_row_at(i); i++)
		suggestion_offer(&suggestion, settings_row_at(i)->name);
	return suggestion_refuse(&suggestion, name, "no such setting", "",
		"one that \"mock-ndes help settings\" lists", diag);
}

static int
set_bool(bool *out, const struct setting_row *row, const char *value, struct diag *diag)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		return diag_refuse(diag, row->name, NULL, "true or false", "\"%s\"", value);
	*out = strcmp(value, "true") == 0;
	return DONE;
}

static int
set_number(int64_t *out, const struct setting_row *row, const char *value, struct diag *diag)
{
	if (options_number(out, value, row->min, row->max, diag) == DONE)
		return DONE;
	if (diag)
		snprintf(diag->object, sizeof(diag->object), "%s", row->name);
	return REFUSED;
}

static int
set_choice(int *out, const struct setting_row *row, const char *value, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer all = {0};
	struct suggestion suggestion = suggestion_start(value);
	TEXT_CLEANUP char *what = text_format("\"%s\" is no choice", value);

	for (int i = 0; row->choices[i]; i++) {
		if (strcmp(row->choices[i], value) == 0) {
			*out = i;
			return DONE;
		}
		suggestion_offer(&suggestion, row->choices[i]);
	}
	settings_text_write_range(&all, row);
	return suggestion_refuse(&suggestion, row->name, what, "", buffer_text(&all), diag);
}

/* What would break a line of a log, a page or a YAML file; everything else may be a password. */
static const struct {
	const char *first, *last; /* in UTF-8, whose order is that of the code points */
} unprintable[] = {
	{"\x01", "\x1f"},
	{"\x7f", "\xc2\x9f"},
	{"\xe2\x80\xa8", "\xe2\x80\xa9"}, /* line and paragraph separator */
	{"\xef\xbb\xbf", "\xef\xbb\xbf"}, /* byte-order mark */
	{"\xef\xbf\xbe", "\xef\xbf\xbf"},
};

static bool
is_printable(const char *value)
{
	struct bytes rest = bytes_text(value);

	while (rest.size) {
		size_t size = utf8_size(rest);
		char one[8] = {0};

		if (size == 0)
			return false;
		memcpy(one, rest.data, size);
		for (size_t i = 0; i < sizeof(unprintable) / sizeof(unprintable[0]); i++)
			if (strcmp(one, unprintable[i].first) >= 0 &&
				strcmp(one, unprintable[i].last) <= 0)
				return false;
		rest = BYTES(rest.data + size, rest.size - size);
	}
	return true;
}

static int
check_text(const struct setting_row *row, const char *value, struct diag *diag)
{
	size_t size = strlen(value);
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "%" PRId64 " to %" PRId64 " bytes", row->min, row->max);
	if ((int64_t)size < row->min || (int64_t)size > row->max)
		return diag_refuse(diag, row->name, NULL, wanted, "a text of %zu bytes", size);
	if (!is_printable(value))
		return diag_refuse(diag, row->name, NULL, "UTF-8 without control characters",
			"a text that cannot be printed");
	if (size == 0 || !row->check || row->check(value, diag) == DONE)
		return DONE;
	if (diag)
		snprintf(diag->object, sizeof(diag->object), "%s", row->name);
	return REFUSED;
}

static int
set_text(char **out, const struct setting_row *row, const char *value, struct diag *diag)
{
	if (check_text(row, value, diag) != DONE)
		return REFUSED;
	free(*out);
	*out = *value ? text_copy(value) : NULL;
	return DONE;
}

static int
set_row(struct settings *settings, const struct setting_row *row, const char *value,
	struct diag *diag)
{
	switch (row->kind) {
	case SETTING_BOOL:
		return set_bool(member(settings, row), row, value, diag);
	case SETTING_NUMBER:
		return set_number(member(settings, row), row, value, diag);
	case SETTING_CHOICE:
		return set_choice(member(settings, row), row, value, diag);
	case SETTING_TEXT:
		break;
	}
	return set_text(member(settings, row), row, value, diag);
}

void
settings_init(struct settings *settings)
{
	*settings = (struct settings){0};
	for (size_t i = 0; settings_row_at(i); i++)
		if (settings_row_at(i)->standard)
			set_row(settings, settings_row_at(i), settings_row_at(i)->standard, NULL);
}

void
settings_copy(struct settings *out, const struct settings *from)
{
	*out = *from;
	for (size_t i = 0; settings_row_at(i); i++) {
		const struct setting_row *row = settings_row_at(i);
		char **text = member(out, row);

		if (row->kind == SETTING_TEXT)
			*text = text_copy(*text);
	}
}

static void
take(struct settings *settings, const struct settings *from, const struct setting_row *row)
{
	const void *value = (const char *)from + row->offset;

	switch (row->kind) {
	case SETTING_BOOL:
		*(bool *)member(settings, row) = *(const bool *)value;
		break;
	case SETTING_NUMBER:
		*(int64_t *)member(settings, row) = *(const int64_t *)value;
		break;
	case SETTING_CHOICE:
		*(int *)member(settings, row) = *(const int *)value;
		break;
	case SETTING_TEXT:
		free(*(char **)member(settings, row));
		*(char **)member(settings, row) = text_copy(*(char *const *)value);
		break;
	}
}

void
settings_take_over(
	struct settings *settings, const struct settings *from, enum setting_effect reach)
{
	for (size_t i = 0; settings_row_at(i); i++)
		if (settings_row_at(i)->effect <= reach)
			take(settings, from, settings_row_at(i));
}

void
settings_take_named(struct settings *settings, const struct settings *from, const char *name)
{
	take(settings, from, settings_row(name));
}

void
settings_done(struct settings *settings)
{
	for (size_t i = 0; settings_row_at(i); i++)
		if (settings_row_at(i)->kind == SETTING_TEXT)
			free(*(char **)member(settings, settings_row_at(i)));
	*settings = (struct settings){0};
}

bool
settings_same_value(
	const struct settings *one, const struct settings *other, const struct setting_row *row)
{
	const void *a = (const char *)one + row->offset, *b = (const char *)other + row->offset;
	const char *text, *other_text;

	switch (row->kind) {
	case SETTING_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case SETTING_NUMBER:
		return *(const int64_t *)a == *(const int64_t *)b;
	case SETTING_CHOICE:
		return *(const int *)a == *(const int *)b;
	case SETTING_TEXT:
		break;
	}
	text = *(char *const *)a;
	other_text = *(char *const *)b;
	return text && other_text ? strcmp(text, other_text) == 0 : text == other_text;
}

bool
settings_same_named(const struct settings *one, const struct settings *other, const char *name)
{
	return settings_same_value(one, other, settings_row(name));
}

/* Made once, and kept for as long as the process lives. */
static struct settings standard;
static pthread_once_t standard_once = PTHREAD_ONCE_INIT;

static void
make_standard(void)
{
	settings_init(&standard);
}

bool
settings_is_standard(const struct settings *settings, const struct setting_row *row)
{
	pthread_once(&standard_once, make_standard);
	return settings_same_value(settings, &standard, row);
}

bool
settings_mint_the_same(const struct settings *one, const struct settings *other)
{
	for (size_t i = 0; settings_row_at(i); i++)
		if (settings_row_at(i)->mints &&
			!settings_same_value(one, other, settings_row_at(i)))
			return false;
	return true;
}

bool
settings_known(const char *name)
{
	return settings_row(name) != NULL;
}

int
settings_set_text(struct settings *settings, const char *name, const char *value, struct diag *diag)
{
	const struct setting_row *row = settings_row(name);

	if (!row)
		return refuse_unknown(name, diag);
	return set_row(settings, row, value, diag);
}

/* What a setting of each kind is called in a file. */
static const char *const kind_names[] = {
	[SETTING_BOOL] = "true or false",
	[SETTING_NUMBER] = "a whole number",
	[SETTING_CHOICE] = "one of its choices",
	[SETTING_TEXT] = "a text (in quotes if it looks like something else)",
};

/* Gives the text form of a value whose type suits the row; false when it does not. Of the choices
 * some are numbers to YAML: 2019, 404. */
static bool
json_to_text(char **out, const struct setting_row *row, const json_t *value)
{
	bool none = row->kind == SETTING_TEXT && row->min == 0 && json_is_null(value);
	bool number = row->kind == SETTING_NUMBER || row->kind == SETTING_CHOICE;
	bool text = row->kind == SETTING_TEXT || row->kind == SETTING_CHOICE;

	if (none)
		*out = text_copy("");
	else if (text && json_is_string(value))
		*out = text_copy(json_string_value(value));
	else if (number && json_is_integer(value))
		*out = text_format("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (row->kind == SETTING_BOOL && json_is_boolean(value))
		*out = text_copy(json_is_true(value) ? "true" : "false");
	else
		return false;
	return true;
}

static int
set_json(struct settings *settings, const char *name, const json_t *value, struct diag *diag)
{
	const struct setting_row *row = settings_row(name);
	TEXT_CLEANUP char *text = NULL;

	if (!row)
		return refuse_unknown(name, diag);
	if (!json_to_text(&text, row, value))
		return diag_refuse(
			diag, name, NULL, kind_names[row->kind], "%s", yaml_tree_type_name(value));
	return set_row(settings, row, text, diag);
}

int
settings_set_json(
	struct settings *settings, const json_t *object, const char **fault, struct diag *diag)
{
	SETTINGS_CLEANUP struct settings changed = {0};
	struct settings before = *settings;
	const char *name;
	json_t *value;

	settings_copy(&changed, settings);
	json_object_foreach((json_t *)object, name, value) {
		*fault = name;
		if (set_json(&changed, name, value, diag) != DONE)
			return REFUSED;
	}
	*settings = changed;
	changed = before;
	return DONE;
}
