#include "common/mdoc.h"

void
mdoc_text(struct buffer *out, const char *text)
{
	/* A line that begins with one of these is a request. */
	if (*text == '.' || *text == '\'')
		buffer_append_text(out, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			buffer_append_text(out, "\\e");
		else
			buffer_append_byte(out, (uint8_t)*text);
	}
	buffer_append_byte(out, '\n');
}

static void
append_head(struct buffer *out, const struct option_row *row)
{
	buffer_append_text(out, ".It ");
	if (row->letter)
		buffer_append_format(out, "Fl %c , ", row->letter);
	buffer_append_format(out, "Fl -%s", row->name);
	if (row->argument)
		buffer_append_format(out, " Ar %s", row->argument);
	buffer_append_byte(out, '\n');
}

void
mdoc_options(struct buffer *out, const struct option_row *rows, size_t count)
{
	buffer_append_text(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < count; i++) {
		append_head(out, &rows[i]);
		mdoc_text(out, rows[i].help);
		if (rows[i].environment)
			buffer_append_format(out, ".Pq Ev %s\n", rows[i].environment);
	}
	buffer_append_text(out, ".El\n");
}
