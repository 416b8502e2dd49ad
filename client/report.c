#include "client/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define NAME_WIDTH    (-13)
#define URL_SHOWN_MAX 100 /* characters of a URL in a line for people */

void
report_init(struct report *report, const char *command, bool json, bool quiet)
{
	*report = (struct report){
		.command = command,
		.out = stdout,
		.err = stderr,
		.json = json,
		.quiet = quiet,
		.object = json_object(),
	};
	report_set_text(report, "command", command);
	report_set(report, "steps", json_array());
	report_set(report, "warnings", json_array());
}

void
report_done(struct report *report)
{
	json_decref(report->object);
	report->object = NULL;
}

void
report_set(struct report *report, const char *key, json_t *value)
{
	if (json_object_set_new(report->object, key, value) != 0)
		memory_exhausted();
}

/* A text from outside may hold bytes that are no UTF-8; JSON gets them in hexadecimal digits. */
static json_t *
text_value(struct bytes text)
{
	BUFFER_CLEANUP struct buffer hex = {0};
	json_t *value = json_stringn(text.size ? (const char *)text.data : "", text.size);

	if (value)
		return value;
	buffer_append_hex(&hex, text);
	return json_string(buffer_text(&hex));
}

void
report_set_text(struct report *report, const char *key, const char *text)
{
	report_set(report, key, text_value(bytes_text(text)));
}

void
report_set_bytes(struct report *report, const char *key, struct bytes text)
{
	report_set(report, key, text.size ? text_value(text) : json_null());
}

void
report_set_hex(struct report *report, const char *key, struct bytes bytes)
{
	BUFFER_CLEANUP struct buffer hex = {0};

	buffer_append_hex(&hex, bytes);
	report_set(report, key, json_string(buffer_text(&hex)));
}

static void
append_to(struct report *report, const char *key, json_t *value)
{
	if (json_array_append_new(json_object_get(report->object, key), value) != 0)
		memory_exhausted();
}

static char *
format_text(const char *format, va_list arguments)
{
	char *text = NULL;

	if (vasprintf(&text, format, arguments) < 0)
		memory_exhausted();
	return text;
}

static bool
prints_lines(const struct report *report)
{
	return !report->json && !report->quiet;
}

void
report_step(struct report *report, const char *name, const char *format, ...)
{
	TEXT_CLEANUP char *text = NULL;
	json_t *step = json_object();
	va_list arguments;

	va_start(arguments, format);
	text = format_text(format, arguments);
	va_end(arguments);
	if (prints_lines(report))
		fprintf(report->out, "%*s %s\n", NAME_WIDTH, name, text);
	json_object_set_new(step, "step", json_string(name));
	json_object_set_new(step, "text", text_value(bytes_text(text)));
	append_to(report, "steps", step);
}

/* Prints what went over the wire: "POST URL 2113 bytes -> 200, 2732 bytes, 12.3 ms". */
static void
print_exchange(FILE *out, const struct http_request *request, const struct http_reply *reply)
{
	size_t size = strlen(request->url);

	fprintf(out, "%s %.*s", request->method, URL_SHOWN_MAX, request->url);
	if (size > URL_SHOWN_MAX)
		fprintf(out, "... (%zu characters)", size);
	if (request->body.size)
		fprintf(out, " %zu bytes", request->body.size);
	if (!reply) {
		fputs(" -> no answer", out);
		return;
	}
	fprintf(out, " -> %u, %zu bytes, %.1f ms", reply->status, reply->body.size,
		(double)reply->microseconds / 1000);
}

static json_t *
exchange_object(const char *name, const struct http_request *request,
	const struct http_reply *reply, const char *text)
{
	json_t *step = json_object();

	json_object_set_new(step, "step", json_string(name));
	json_object_set_new(step, "text", text_value(bytes_text(text)));
	json_object_set_new(step, "method", json_string(request->method));
	json_object_set_new(step, "url", text_value(bytes_text(request->url)));
	json_object_set_new(step, "bytes_sent", json_integer((json_int_t)request->body.size));
	if (!reply)
		return step;
	json_object_set_new(step, "status", json_integer(reply->status));
	json_object_set_new(step, "content_type", text_value(bytes_text(reply->content_type)));
	json_object_set_new(step, "bytes_received", json_integer((json_int_t)reply->body.size));
	json_object_set_new(step, "ms", json_real((double)reply->microseconds / 1000));
	return step;
}

void
report_exchange(struct report *report, const char *name, const struct http_request *request,
	const struct http_reply *reply, const char *format, ...)
{
	TEXT_CLEANUP char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = format_text(format, arguments);
	va_end(arguments);
	if (prints_lines(report)) {
		fprintf(report->out, "%*s ", NAME_WIDTH, name);
		print_exchange(report->out, request, reply);
		fprintf(report->out, "%s%s\n", text[0] ? ": " : "", text);
	}
	append_to(report, "steps", exchange_object(name, request, reply, text));
}

void
report_warn(struct report *report, const char *format, ...)
{
	TEXT_CLEANUP char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = format_text(format, arguments);
	va_end(arguments);
	if (prints_lines(report))
		fprintf(report->err, "%*s %s\n", NAME_WIDTH, "warning", text);
	append_to(report, "warnings", text_value(bytes_text(text)));
}

void
report_finish(struct report *report, const char *result, const struct diag *diag)
{
	char words[DIAG_TEXT_SIZE];

	report_set_text(report, "result", result);
	if (diag) {
		report_set_text(report, "failure", diag_text(words, diag));
		fprintf(report->err, "mock-ndes %s: %s: %s\n", report->command, result, words);
	}
	if (!report->json)
		return;
	json_dumpf(report->object, report->out,
		JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
	fputc('\n', report->out);
}
