#include "server/control_route.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/percent.h"
#include "common/suggestion.h"
#include "common/utf8.h"
#include "server/control_rows.h"
#include "server/journal_text.h"

/* How much of a bad segment is told. */
#define SEGMENT_SHOWN_MAX 128

static const struct control_route *const tables[] = {
	control_rows_server,
	control_rows_sites,
	control_rows_settings,
	control_rows_faults,
	control_rows_services,
	control_rows_requests,
	control_rows_wait,
	control_rows_verify,
	control_rows_events,
	control_rows_challenges,
	control_rows_transactions,
	control_rows_certificates,
	control_rows_ca,
	control_rows_clock,
	control_rows_document,
	control_rows_catalogue,
	control_rows_configuration,
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

const struct control_route *
control_route_at(size_t index)
{
	for (size_t i = 0; i < TABLES; i++)
		for (const struct control_route *row = tables[i]; row->method; row++)
			if (index-- == 0)
				return row;
	return NULL;
}

/* Takes the segment up to the next "/" off a path. */
static struct bytes
next_segment(struct bytes *path)
{
	const uint8_t *end = path->size ? memchr(path->data, '/', path->size) : NULL;
	struct bytes segment = BYTES(path->data, end ? (size_t)(end - path->data) : path->size);

	*path = end ? BYTES(end + 1, path->size - segment.size - 1) : BYTES_NONE;
	return segment;
}

static bool
fits(const struct control_route *row, struct bytes path)
{
	struct bytes pattern = bytes_text(row->path);

	while (pattern.size || path.size) {
		struct bytes wanted = next_segment(&pattern), found = next_segment(&path);
		bool parameter = wanted.size && wanted.data[0] == '{';

		if (parameter ? found.size == 0 : !bytes_equal(wanted, found))
			return false;
	}
	return true;
}

/* Returns a segment unescaped, or NULL when that is no text. */
static char *
unescape(struct bytes raw)
{
	BUFFER_CLEANUP struct buffer text = {0};

	if (percent_decode(&text, raw, NULL) != DONE || !utf8_is_text(buffer_bytes(&text)))
		return NULL;
	return text_copy(buffer_text(&text));
}

static bool
take_parameters(struct control_call *call, struct bytes path)
{
	struct bytes pattern = bytes_text(call->route->path);
	BUFFER_CLEANUP struct buffer shown = {0};
	size_t count = 0;

	while (pattern.size) {
		struct bytes wanted = next_segment(&pattern), found = next_segment(&path);

		if (!wanted.size || wanted.data[0] != '{')
			continue;
		call->parameters[count] = unescape(found);
		if (call->parameters[count++])
			continue;
		journal_text_print(&shown, found, SEGMENT_SHOWN_MAX);
		control_refuse(call, 400,
			"\"%s\" in the path is no text; expected UTF-8, without NUL and escaped as "
			"RFC 3986 2.1 says",
			buffer_text(&shown));
		return false;
	}
	return true;
}

static bool
refuse_path(struct control_call *call, struct bytes path)
{
	TEXT_CLEANUP char *sent = text_copy_size(path.data, path.size < 128 ? path.size : 128);
	struct suggestion suggestion = suggestion_start(sent);
	const struct control_route *row;

	for (size_t i = 0; (row = control_route_at(i)); i++)
		suggestion_offer(&suggestion, row->path);
	if (suggestion.nearest)
		control_refuse(
			call, 404, "there is no %s; did you mean %s?", sent, suggestion.nearest);
	else
		control_refuse(
			call, 404, "there is no %s; /v1/openapi.json tells what there is", sent);
	return false;
}

bool
control_route_find(
	struct control_call *call, const char *method, struct bytes path, struct buffer *allow)
{
	/* RFC 9110 9.3.2: the same but for the body, which libmicrohttpd leaves out. */
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
	const struct control_route *row;

	for (size_t i = 0; i < TABLES; i++)
		for (row = tables[i]; row->method; row++) {
			if (!fits(row, path))
				continue;
			if (strcmp(row->method, wanted) == 0) {
				call->route = row;
				return take_parameters(call, path);
			}
			buffer_append_format(allow, "%s%s", allow->size ? ", " : "", row->method);
		}
	if (!allow->size)
		return refuse_path(call, path);
	control_refuse(call, 405, "%.32s is not for this path; %s %s", method, buffer_text(allow),
		memchr(allow->data, ',', allow->size) ? "are" : "is");
	return false;
}
