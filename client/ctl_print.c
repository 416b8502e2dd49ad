#include "client/ctl_print.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define COLUMNS_MAX 16
#define WIDTH_MAX   60

void
ctl_print_value(struct buffer *out, const json_t *value)
{
	char *text;

	if (!value || json_is_null(value)) {
		buffer_append_byte(out, '-');
	} else if (json_is_string(value)) {
		buffer_append_text(out, json_string_value(value));
	} else if (json_is_boolean(value)) {
		buffer_append_text(out, json_is_true(value) ? "yes" : "no");
	} else {
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		buffer_append_text(out, text);
		free(text);
	}
}

/* --- misses ---------------------------------------------------------------------------------- */

static void
print_member_of(struct buffer *out, const char *words, const json_t *object, const char *name)
{
	buffer_append_text(out, words);
	ctl_print_value(out, json_object_get(object, name));
}

void
ctl_print_misses(struct buffer *out, const json_t *misses)
{
	json_t *miss;
	size_t i;

	json_array_foreach((json_t *)misses, i, miss)
	{
		print_member_of(out, "  nearly: exchange ", miss, "exchange");
		print_member_of(out, ", whose ", miss, "field");
		print_member_of(out, " is ", miss, "found");
		print_member_of(out, "; wanted ", miss, "wanted");
		buffer_append_byte(out, '\n');
	}
}

/* --- columns --------------------------------------------------------------------------------- */

struct columns {
	char *names[COLUMNS_MAX];
	size_t widths[COLUMNS_MAX];
	size_t count;
};

static void
columns_done(struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		free(columns->names[i]);
}

static void
split(struct columns *out, const char *names)
{
	for (const char *at = names; *at && out->count < COLUMNS_MAX;) {
		size_t size = strcspn(at, " ");

		out->names[out->count] = text_copy_size(at, size);
		out->widths[out->count++] = size;
		at += size + strspn(at + size, " ");
	}
}

static void
widen(struct columns *columns, const json_t *item)
{
	for (size_t i = 0; i < columns->count; i++) {
		BUFFER_CLEANUP struct buffer text = {0};

		ctl_print_value(&text, json_object_get(item, columns->names[i]));
		if (text.size > columns->widths[i])
			columns->widths[i] = text.size < WIDTH_MAX ? text.size : WIDTH_MAX;
	}
}

/* The last column ends with its text. */
static void
append_cell(struct buffer *out, const struct columns *columns, size_t index, const char *text)
{
	if (index + 1 == columns->count)
		buffer_append_format(out, "%s\n", text);
	else
		buffer_append_format(out, "%-*s  ", (int)columns->widths[index], text);
}

void
ctl_print_list(struct buffer *out, const json_t *list, const char *names)
{
	__attribute__((cleanup(columns_done))) struct columns columns = {0};
	json_t *item;
	size_t i;

	split(&columns, names);
	json_array_foreach((json_t *)list, i, item) widen(&columns, item);
	for (i = 0; i < columns.count; i++)
		append_cell(out, &columns, i, columns.names[i]);
	json_array_foreach((json_t *)list, i, item)
	{
		for (size_t j = 0; j < columns.count; j++) {
			BUFFER_CLEANUP struct buffer text = {0};

			ctl_print_value(&text, json_object_get(item, columns.names[j]));
			append_cell(out, &columns, j, buffer_text(&text));
		}
	}
}

/* --- objects ----------------------------------------------------------------------------------- */

static bool
is_list_of_objects(const json_t *value)
{
	return json_is_array(value) && json_is_object(json_array_get(value, 0));
}

static void
print_member(struct buffer *out, const char *name, const json_t *value, unsigned indent)
{
	buffer_append_format(out, "%*s%s:", (int)indent, "", name);
	if (json_is_object(value) && json_object_size(value)) {
		buffer_append_byte(out, '\n');
		ctl_print_object(out, value, indent + 2);
		return;
	}
	if (is_list_of_objects(value)) {
		json_t *item;
		size_t i;

		buffer_append_byte(out, '\n');
		json_array_foreach((json_t *)value, i, item)
		{
			buffer_append_format(out, "%*s-\n", (int)indent + 2, "");
			ctl_print_object(out, item, indent + 4);
		}
		return;
	}
	buffer_append_byte(out, ' ');
	ctl_print_value(out, value);
	buffer_append_byte(out, '\n');
}

void
ctl_print_object(struct buffer *out, const json_t *object, unsigned indent)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value)
		print_member(out, name, value, indent);
}
