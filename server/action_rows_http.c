/* Actions on what an answer says in HTTP: its headers and its body. */
#include <string.h>
#include <strings.h>

#include "common/pattern.h"
#include "server/action_rows.h"
#include "server/exchange.h"

#define HEADER_MAX 1024
#define BODY_MAX   65536

static int
apply_content_type(struct exchange *exchange, const struct action_value *values)
{
	exchange->http->response.content_type = values[0].text;
	return STAGE_NEXT;
}

enum header_argument { HEADER_NAME, HEADER_VALUE };

/* One of the same name gives way to it. */
static int
apply_header(struct exchange *exchange, const struct action_value *values)
{
	response_remove_header(&exchange->http->response, values[HEADER_NAME].text);
	if (values[HEADER_VALUE].text)
		response_add_header(&exchange->http->response, values[HEADER_NAME].text,
			values[HEADER_VALUE].text);
	return STAGE_NEXT;
}

static int
apply_body(struct exchange *exchange, const struct action_value *values)
{
	struct response *response = &exchange->http->response;

	buffer_clear(&response->body);
	if (values[0].text)
		buffer_append_text(&response->body, values[0].text);
	return STAGE_NEXT;
}

static int
apply_capabilities(struct exchange *exchange, const struct action_value *values)
{
	struct buffer *body = &exchange->http->response.body;

	buffer_clear(body);
	for (const char *next = values[0].text; *next; next += strspn(next, ", ")) {
		size_t size = strcspn(next, ", ");

		if (body->size)
			buffer_append_text(body, "\r\n");
		buffer_append(body, BYTES(next, size));
		next += size;
	}
	return STAGE_NEXT;
}

static const char *const own[] = {"Content-Length", "Connection", "Transfer-Encoding", NULL};

/* A field's name (RFC 9110 5.1) that libmicrohttpd does not write by itself. */
static int
check_header(const char *value, struct diag *diag)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	for (size_t i = 0; own[i]; i++)
		if (strcasecmp(own[i], value) == 0)
			return diag_refuse(diag, "", NULL,
				"another one; truncate, close and reset change how an answer ends",
				"%s, which follows from the answer", own[i]);
	if (value[strspn(value, letters)])
		return diag_refuse(diag, "", NULL, "letters, digits and hyphens", "\"%s\"", value);
	return DONE;
}

static void
write_header_pattern(struct buffer *out)
{
	buffer_append_text(out, "(?!(?:");
	for (size_t i = 0; own[i]; i++) {
		buffer_append_text(out, i ? "|" : "");
		pattern_text(out, own[i], true);
	}
	buffer_append_text(out, ")$)[A-Za-z0-9_-]+");
}

/* clang-format off */
const struct action_row action_rows_http[] = {
	{.name = "content_type", .stage = "respond",
		.help = "Changes the Content-Type",
		.arguments = {{TEXT_OR_NONE("content_type", NULL, 256),
			.help = "The value; null: no such header"}},
		.apply = apply_content_type},
	{.name = "header", .stage = "respond",
		.help = "Sets or takes away a header",
		.arguments = {
			{TEXT("header", NULL, 64), .check = check_header,
				.write_pattern = write_header_pattern,
				.form = "a header's name", .help = "Its name"},
			{TEXT_OR_NONE("value", NULL, HEADER_MAX),
				.help = "Its value; null: no such header"}},
		.apply = apply_header},
	{.name = "body", .stage = "respond",
		.help = "Changes the body, with a Content-Length that fits",
		.arguments = {{TEXT_OR_NONE("body", NULL, BODY_MAX),
			.help = "The text; null: an empty body"}},
		.apply = apply_body},
	{.name = "capabilities", .stage = "mscep", .operation = "GetCACaps",
		.help = "Changes what GetCACaps says, whatever the deployment does",
		.arguments = {{TEXT("capabilities", NULL, 1024),
			.help = "Keywords separated by commas"}},
		.apply = apply_capabilities},
	{0},
};
/* clang-format on */
