#include "server/w3c_fields.h"

#include <string.h>
#include <strings.h>

#include "common/hresult.h"
#include "common/pattern.h"
#include "common/percent.h"
#include "common/suggestion.h"
#include "common/utf8.h"
#include "server/exchange.h"

#define FIELD_NAME_MAX 64

/* What a line is made of. */
struct line {
	const struct exchange *exchange;
	const struct http_exchange *http;
	const struct tm *logged_at;
};

struct w3c_field {
	const char *name;
	void (*append)(struct buffer *out, const struct line *line);
};

static bool
is_plain(uint8_t byte)
{
	return byte > ' ' && byte < 0x7f;
}

/* Appends the character at the start of `text`, which is not plain; returns its size. */
static size_t
append_special(struct buffer *out, struct bytes text)
{
	size_t size = utf8_size(text);

	if (size > 1)
		buffer_append(out, BYTES(text.data, size));
	else if (size == 1)
		buffer_append_byte(out, '+');
	else
		buffer_append_format(out, "%%%02X", text.data[0]);
	return size ? size : 1;
}

/*
 * Appends a value as http.sys, which writes this log for IIS, escapes it. Known: "-" for nothing
 * and "+" for a space; "+" for a control character, documented for its HTTPERR log; the file is
 * UTF-8, which is what the "u_" of its name says. How a byte that is not UTF-8 is written is not
 * known: ours becomes %XX, so that the file stays readable.
 */
static void
append_escaped(struct buffer *out, struct bytes text)
{
	size_t next = 0, end;

	if (text.size == 0)
		buffer_append_byte(out, '-');
	while (next < text.size) {
		for (end = next; end < text.size && is_plain(text.data[end]);)
			end++;
		buffer_append(out, BYTES(text.data + next, end - next));
		next = end;
		if (next < text.size)
			next += append_special(out, BYTES(text.data + next, text.size - next));
	}
}

static void
append_header(struct buffer *out, const struct line *line, const char *name)
{
	append_escaped(out, bytes_text(request_header(&line->http->request, name)));
}

static void
append_two_digits(struct buffer *out, int number, char separator)
{
	const uint8_t text[] = {
		(uint8_t)('0' + number / 10), (uint8_t)('0' + number % 10), (uint8_t)separator};

	buffer_append(out, BYTES(text, separator ? 3 : 2));
}

/* The date and time are those of the answer's end, as IIS writes the line then. */
static void
append_date(struct buffer *out, const struct line *line)
{
	buffer_append_decimal(out, line->logged_at->tm_year + 1900);
	buffer_append_byte(out, '-');
	append_two_digits(out, line->logged_at->tm_mon + 1, '-');
	append_two_digits(out, line->logged_at->tm_mday, '\0');
}

static void
append_time(struct buffer *out, const struct line *line)
{
	append_two_digits(out, line->logged_at->tm_hour, ':');
	append_two_digits(out, line->logged_at->tm_min, ':');
	append_two_digits(out, line->logged_at->tm_sec, '\0');
}

static void
append_site_name(struct buffer *out, const struct line *line)
{
	buffer_append_text(out, "W3SVC");
	buffer_append_decimal(out, line->exchange->site->number);
}

static void
append_computer_name(struct buffer *out, const struct line *line)
{
	append_escaped(out, bytes_text(line->exchange->settings->host_name));
}

static void
append_server_address(struct buffer *out, const struct line *line)
{
	append_escaped(out, bytes_text(line->http->request.server_address));
}

static void
append_method(struct buffer *out, const struct line *line)
{
	append_escaped(out, bytes_text(line->http->request.method));
}

/* The path is logged as the site's IIS understood it, unescaped; the query stays as sent. */
static void
append_stem(struct buffer *out, const struct line *line)
{
	BUFFER_CLEANUP struct buffer unescaped = {0};
	struct bytes path = line->http->request.path;

	if (path.size > 0 && memchr(path.data, '%', path.size) &&
		percent_decode(&unescaped, path, NULL) == DONE)
		path = buffer_bytes(&unescaped);
	append_escaped(out, path);
}

static void
append_query(struct buffer *out, const struct line *line)
{
	append_escaped(out, line->http->request.query);
}

static void
append_server_port(struct buffer *out, const struct line *line)
{
	buffer_append_decimal(out, line->http->request.server_port);
}

static void
append_user(struct buffer *out, const struct line *line)
{
	append_escaped(out, bytes_text(line->exchange->route.user));
}

static void
append_client_address(struct buffer *out, const struct line *line)
{
	append_escaped(out, bytes_text(line->http->request.client_address));
}

static void
append_version(struct buffer *out, const struct line *line)
{
	append_escaped(out, bytes_text(line->http->request.version));
}

static void
append_user_agent(struct buffer *out, const struct line *line)
{
	append_header(out, line, "User-Agent");
}

static void
append_cookie(struct buffer *out, const struct line *line)
{
	append_header(out, line, "Cookie");
}

static void
append_referer(struct buffer *out, const struct line *line)
{
	append_header(out, line, "Referer");
}

static void
append_host(struct buffer *out, const struct line *line)
{
	append_header(out, line, "Host");
}

static void
append_status(struct buffer *out, const struct line *line)
{
	buffer_append_decimal(out, line->http->response.status);
}

static void
append_substatus(struct buffer *out, const struct line *line)
{
	buffer_append_decimal(out, line->http->response.substatus);
}

/* An answer that did not reach its client has the code of what happened to the connection: 64 or 121
 * (ndes-behaviour 5.7). */
static void
append_win32_status(struct buffer *out, const struct line *line)
{
	uint32_t status = line->http->response.win32_status;

	if (line->http->end == HTTP_END_CLIENT_LEFT)
		status = HRESULT_WIN32(ERROR_NETNAME_DELETED);
	else if (line->http->end == HTTP_END_TIMED_OUT)
		status = HRESULT_WIN32(ERROR_SEM_TIMEOUT);
	buffer_append_decimal(out, status);
}

static void
append_bytes_sent(struct buffer *out, const struct line *line)
{
	buffer_append_decimal(out, (int64_t)line->http->bytes_sent);
}

static void
append_bytes_received(struct buffer *out, const struct line *line)
{
	buffer_append_decimal(out, (int64_t)line->http->bytes_received);
}

static void
append_time_taken(struct buffer *out, const struct line *line)
{
	buffer_append_decimal(out, (line->http->ended_ns - line->http->begun_ns) / 1000000);
}

static const struct w3c_field rows[] = {
	{"date", append_date},
	{"time", append_time},
	{"s-sitename", append_site_name},
	{"s-computername", append_computer_name},
	{"s-ip", append_server_address},
	{"cs-method", append_method},
	{"cs-uri-stem", append_stem},
	{"cs-uri-query", append_query},
	{"s-port", append_server_port},
	{"cs-username", append_user},
	{"c-ip", append_client_address},
	{"cs-version", append_version},
	{"cs(User-Agent)", append_user_agent},
	{"cs(Cookie)", append_cookie},
	{"cs(Referer)", append_referer},
	{"cs-host", append_host},
	{"sc-status", append_status},
	{"sc-substatus", append_substatus},
	{"sc-win32-status", append_win32_status},
	{"sc-bytes", append_bytes_sent},
	{"cs-bytes", append_bytes_received},
	{"time-taken", append_time_taken},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

_Static_assert(ROW_COUNT <= 32, "a selection is 32 bits");

static int
refuse_name(const char *name, struct diag *diag)
{
	struct suggestion suggestion = suggestion_start(name);
	char what[FIELD_NAME_MAX + 32];

	for (size_t i = 0; i < ROW_COUNT; i++)
		suggestion_offer(&suggestion, rows[i].name);
	snprintf(what, sizeof(what), "IIS has no W3C field \"%s\"", name);
	return suggestion_refuse(&suggestion, "log_fields", what, "",
		"names such as cs-uri-stem, separated by blanks", diag);
}

/* Adds the field with this name, of `size` characters, to the selection. */
static int
select_field(uint32_t *fields, const char *name, size_t size, struct diag *diag)
{
	char text[FIELD_NAME_MAX];

	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (strlen(rows[i].name) != size || strncasecmp(rows[i].name, name, size) != 0)
			continue;
		*fields |= UINT32_C(1) << i;
		return DONE;
	}
	snprintf(
		text, sizeof(text), "%.*s", (int)(size < sizeof(text) ? size : sizeof(text)), name);
	return refuse_name(text, diag);
}

int
w3c_fields_parse(uint32_t *out, const char *names, struct diag *diag)
{
	uint32_t fields = 0;
	int outcome;

	for (names += strspn(names, " "); *names; names += strspn(names, " ")) {
		size_t size = strcspn(names, " ");

		outcome = select_field(&fields, names, size, diag);
		if (outcome != DONE)
			return outcome;
		names += size;
	}
	if (fields == 0)
		return diag_refuse(diag, "log_fields", NULL,
			"at least one W3C field, such as cs-uri-stem", "no field at all");
	*out = fields;
	return DONE;
}

void
w3c_fields_write_pattern(struct buffer *out)
{
	BUFFER_CLEANUP struct buffer names = {0};

	for (size_t i = 0; i < ROW_COUNT; i++) {
		buffer_append_text(&names, i ? "|" : "");
		pattern_text(&names, rows[i].name, true);
	}
	buffer_append_format(
		out, " *(?:%s)(?: +(?:%s))* *", buffer_text(&names), buffer_text(&names));
}

void
w3c_fields_write_names(struct buffer *out, uint32_t fields)
{
	const char *separator = "";

	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (!(fields >> i & 1))
			continue;
		buffer_append_text(out, separator);
		buffer_append_text(out, rows[i].name);
		separator = " ";
	}
}

void
w3c_fields_write_values(struct buffer *out, uint32_t fields, const struct exchange *exchange,
	const struct tm *logged_at)
{
	const struct line line = {exchange, exchange->http, logged_at};
	bool first = true;

	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (!(fields >> i & 1))
			continue;
		if (!first)
			buffer_append_byte(out, ' ');
		rows[i].append(out, &line);
		first = false;
	}
}
