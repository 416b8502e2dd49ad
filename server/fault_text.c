#include "server/fault_text.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH     80
#define NAME_SIZE 40

/* Appends words, as many to a line as fit, each line indented. */
static void
append_wrapped(struct buffer *out, const char *text, unsigned indent)
{
	size_t column = 0;

	for (text += strspn(text, " \n"); *text; text += strspn(text, " \n")) {
		size_t size = strcspn(text, " \n");

		if (column && column + 1 + size > WIDTH) {
			buffer_append_byte(out, '\n');
			column = 0;
		}
		if (column)
			buffer_append_byte(out, ' ');
		else
			buffer_append_format(out, "%*s", (int)indent, "");
		buffer_append(out, BYTES(text, size));
		column += (column ? 1 : indent) + size;
		text += size;
	}
	buffer_append_byte(out, '\n');
}

/* Returns the length of the number in front of a document, "S1: ..."; 0: it has none. */
static size_t
number_size(const char *document)
{
	size_t letters = strspn(document, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	size_t digits = strspn(document + letters, "0123456789");

	return letters && digits && document[letters + digits] == ':' ? letters + digits : 0;
}

/* Returns ["S1", "I3"]; the caller releases it. */
static json_t *
list_numbers(const struct profile *profile)
{
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(profile->documented); i++) {
		const char *text = json_string_value(json_array_get(profile->documented, i));

		if (number_size(text))
			json_array_append_new(list, json_stringn(text, number_size(text)));
	}
	return list;
}

/* Appends "S1, I3". */
static void
append_numbers(struct buffer *out, const struct profile *profile)
{
	json_t *numbers = list_numbers(profile);

	for (size_t i = 0; i < json_array_size(numbers); i++)
		buffer_append_format(
			out, "%s%s", i ? ", " : "", json_string_value(json_array_get(numbers, i)));
	json_decref(numbers);
}

void
fault_text_line(struct buffer *out, const struct profile *profile)
{
	BUFFER_CLEANUP struct buffer numbers = {0};

	append_numbers(&numbers, profile);
	buffer_append_format(out, "%-*s %-8s %s\n", NAME_SIZE, profile->name, buffer_text(&numbers),
		profile->title);
}

static void
append_section(struct buffer *out, const char *heading, const char *text)
{
	buffer_append_format(out, "\n%s\n", heading);
	append_wrapped(out, text, 4);
}

static void
append_list(struct buffer *out, const char *heading, const json_t *list)
{
	if (json_array_size(list) == 0)
		return;
	buffer_append_format(out, "\n%s\n", heading);
	for (size_t i = 0; i < json_array_size(list); i++)
		append_wrapped(out, json_string_value(json_array_get(list, i)), 4);
}

static void
append_json(struct buffer *out, const char *heading, const json_t *value)
{
	char *text;

	if (!value)
		return;
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	buffer_append_format(out, "    %s: %s\n", heading, text ? text : "");
	free(text);
}

static void
append_expectation(struct buffer *out, const json_t *expectation)
{
	const json_t *sees = json_object_get(expectation, "sees");
	const char *request = json_string_value(json_object_get(expectation, "request"));
	json_int_t times = json_integer_value(json_object_get(expectation, "times"));
	char *text = json_dumps(sees, JSON_COMPACT);

	buffer_append_format(out, "    %s", request ? request : "");
	if (times)
		buffer_append_format(out, ", %" JSON_INTEGER_FORMAT " times", times);
	buffer_append_format(out, ": %s\n", text ? text : "");
	free(text);
}

void
fault_text_explain(struct buffer *out, const struct profile *profile)
{
	const char *device;
	json_t *words;

	buffer_append_format(out, "%s\n%s\n", profile->name, profile->title);
	append_section(out, "Symptom", profile->symptom);
	append_section(out, "Cause", profile->cause);
	append_section(out, "Remedy", profile->remedy);
	append_list(out, "Documented", profile->documented);
	append_list(out, "Affects", profile->affects);
	if (profile->reports)
		buffer_append_text(out, "\nWhat devices report\n");
	json_object_foreach((json_t *)profile->reports, device, words)
		buffer_append_format(out, "    %-8s %s\n", device, json_string_value(words));
	buffer_append_text(out, "\nHow it is made\n");
	append_json(out, "settings", profile->settings);
	append_json(out, "rules", profile->rules);
	append_json(out, "repair", profile->repair);
	buffer_append_text(out, "\nWhat a client sees, in this order\n");
	for (size_t i = 0; i < json_array_size(profile->expect); i++)
		append_expectation(out, json_array_get(profile->expect, i));
	buffer_append_format(out,
		"\nSwitch it on\n    mock-ndes serve --fault %s\n"
		"    mock-ndes serve --listen 127.0.0.1:0,fault=%s\n"
		"    URL of a running server: /fault/%s/certsrv/mscep/mscep.dll\n",
		profile->name, profile->name, profile->name);
}

json_t *
fault_text_json(const struct profile *profile)
{
	json_t *out = json_copy(profile->tree.root);
	BUFFER_CLEANUP struct buffer path = {0};

	buffer_append_format(&path, "/fault/%s/certsrv/mscep/mscep.dll", profile->name);
	json_object_set_new(out, "name", json_string(profile->name));
	json_object_set_new(out, "url_path", json_string(buffer_text(&path)));
	json_object_set_new(out, "documented", list_numbers(profile));
	json_object_set(out, "documents", (json_t *)profile->documented);
	return out;
}

void
fault_text_markdown_head(struct buffer *out)
{
	buffer_append_text(out,
		"# Fault profiles\n\n"
		"Made by `mock-ndes faults --markdown`; the files are the source.\n\n"
		"Each file breaks a deployment in one way: `mock-ndes serve --fault NAME`, a "
		"listener "
		"of its own\n(`--listen 127.0.0.1:0,fault=NAME`), or a URL of any running server, "
		"`/fault/NAME/certsrv/mscep/mscep.dll`;\nseveral names are joined by `+`, and "
		"`/fault/NAME@LABEL/...` is another deployment with its own counters.\n"
		"What fails below HTTP needs the listener: below `/fault/` connections break as "
		"soon as the URL is known, and TLS\nis as the default site has it.\n"
		"`mock-ndes faults NAME` explains one; with `--fault-profiles DIR`, or `--config "
		"FILE` that names such a directory,\nyours are among them.\n\n"
		"| profile | documents | what is broken | affects | remedy |\n"
		"|---|---|---|---|---|\n");
}

/* A cell holds no line end and no bar. */
static void
append_cell(struct buffer *out, const char *text)
{
	size_t size = strlen(text);

	while (size && strchr(" \n", text[size - 1]))
		size--;
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '|')
			buffer_append_byte(out, '\\');
		buffer_append_byte(out, text[i] == '\n' ? ' ' : (uint8_t)text[i]);
	}
	buffer_append_text(out, " | ");
}

void
fault_text_markdown_row(struct buffer *out, const struct profile *profile)
{
	BUFFER_CLEANUP struct buffer numbers = {0}, affects = {0};

	append_numbers(&numbers, profile);
	for (size_t i = 0; i < json_array_size(profile->affects); i++)
		buffer_append_format(&affects, "%s%s", i ? ", " : "",
			json_string_value(json_array_get(profile->affects, i)));
	buffer_append_format(out, "| [%s](%s.yaml) | ", profile->name, profile->name);
	append_cell(out, buffer_text(&numbers));
	append_cell(out, profile->title);
	append_cell(out, buffer_text(&affects));
	append_cell(out, profile->remedy);
	out->size--;
	buffer_append_byte(out, '\n');
}
