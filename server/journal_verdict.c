#include "server/journal_verdict.h"

#include <inttypes.h>

#include "common/json_writer.h"
#include "server/html.h"

/* --- JSON ------------------------------------------------------------------------- */

static void
write_misses(struct buffer *out, const struct journal_judgement *judgement)
{
	json_writer_open_array(out, "misses");
	for (size_t i = 0; i < judgement->miss_count; i++) {
		const struct journal_miss *miss = &judgement->misses[i];

		json_writer_open_object(out, NULL);
		json_writer_number(out, "exchange", (int64_t)miss->exchange);
		json_writer_text(out, "field", bytes_text(miss->name));
		json_writer_text(out, "wanted", bytes_text(miss->wanted));
		json_writer_text(out, "found", bytes_text(miss->found));
		json_writer_close_object(out);
	}
	json_writer_close_array(out);
}

static void
write_judgement(struct buffer *out, const struct journal_judgement *judgement)
{
	json_writer_open_object(out, NULL);
	json_writer_text(out, "title", bytes_text(judgement->title));
	json_writer_boolean(out, "passed", judgement->passed);
	if (judgement->words)
		json_writer_text(out, "words", bytes_text(judgement->words));
	json_writer_number(out, "matched", (int64_t)judgement->matched);
	json_writer_open_array(out, "exchanges");
	for (size_t i = 0; i < judgement->exchange_count; i++)
		json_writer_number(out, NULL, (int64_t)judgement->exchanges[i]);
	json_writer_close_array(out);
	if (!judgement->passed)
		write_misses(out, judgement);
	json_writer_close_object(out);
}

void
journal_verdict_write_json(struct buffer *out, const struct journal_verdict *verdict)
{
	json_writer_open_object(out, NULL);
	json_writer_boolean(out, "passed", verdict->failed == 0);
	json_writer_number(out, "failed", (int64_t)verdict->failed);
	json_writer_number(out, "dropped", (int64_t)verdict->dropped);
	json_writer_open_array(out, "expectations");
	for (size_t i = 0; i < verdict->count; i++)
		write_judgement(out, &verdict->judgements[i]);
	json_writer_close_array(out);
	json_writer_close_object(out);
	buffer_append_byte(out, '\n');
}

/* --- words on a failure ------------------------------------------------------------ */

static void
append_exchanges(struct buffer *out, const struct journal_judgement *judgement)
{
	if (judgement->exchange_count == 0)
		return;
	buffer_append_text(out, "exchanges that fit:");
	for (size_t i = 0; i < judgement->exchange_count; i++)
		buffer_append_format(out, " %" PRIu64, judgement->exchanges[i]);
	buffer_append_byte(out, '\n');
}

/* One line each. */
static void
append_details(struct buffer *out, const struct journal_verdict *verdict,
	const struct journal_judgement *judgement)
{
	append_exchanges(out, judgement);
	for (size_t i = 0; i < judgement->miss_count; i++) {
		const struct journal_miss *miss = &judgement->misses[i];

		buffer_append_format(out,
			"exchange %" PRIu64 " fits but for %s: wanted %s, found %s\n",
			miss->exchange, miss->name, miss->wanted, miss->found);
	}
	if (verdict->dropped > 0)
		buffer_append_format(out,
			"%" PRIu64 " older exchanges were dropped and not looked at "
			"(--journal-exchanges, --journal-bytes)\n",
			verdict->dropped);
}

/* --- JUnit ------------------------------------------------------------------------ */

static void
append_attribute(struct buffer *out, const char *name, const char *text)
{
	buffer_append_format(out, " %s=\"", name);
	html_escape(out, bytes_text(text));
	buffer_append_byte(out, '"');
}

/* Line ends are allowed in XML's text, which html_escape would take for control characters. */
static void
append_lines(struct buffer *out, struct bytes lines)
{
	size_t next = 0, end;

	for (; next < lines.size; next = end + 1) {
		for (end = next; end < lines.size && lines.data[end] != '\n';)
			end++;
		html_escape(out, BYTES(lines.data + next, end - next));
		buffer_append_byte(out, '\n');
	}
}

static void
append_failure(struct buffer *out, const struct journal_verdict *verdict,
	const struct journal_judgement *judgement)
{
	BUFFER_CLEANUP struct buffer details = {0};

	append_details(&details, verdict, judgement);
	buffer_append_text(out, ">\n    <failure");
	append_attribute(out, "message", judgement->words);
	buffer_append_text(out, ">");
	append_lines(out, buffer_bytes(&details));
	buffer_append_text(out, "</failure>\n  </testcase>\n");
}

void
journal_verdict_write_junit(
	struct buffer *out, const struct journal_verdict *verdict, const char *suite)
{
	buffer_append_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite");
	append_attribute(out, "name", suite);
	buffer_append_format(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n",
		verdict->count, verdict->failed);
	for (size_t i = 0; i < verdict->count; i++) {
		const struct journal_judgement *judgement = &verdict->judgements[i];

		buffer_append_text(out, "  <testcase");
		append_attribute(out, "classname", suite);
		append_attribute(out, "name", judgement->title);
		if (judgement->passed)
			buffer_append_text(out, "/>\n");
		else
			append_failure(out, verdict, judgement);
	}
	buffer_append_text(out, "</testsuite>\n");
}

/* --- TAP -------------------------------------------------------------------------- */

/* A "#" would begin a directive, a line end the next point. */
static void
append_description(struct buffer *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '#' || *text == '\\')
			buffer_append_byte(out, '\\');
		buffer_append_byte(out, (uint8_t)*text < ' ' ? ' ' : (uint8_t)*text);
	}
}

/* A JSON string is one of YAML too. */
static void
append_block(struct buffer *out, const struct journal_verdict *verdict,
	const struct journal_judgement *judgement)
{
	BUFFER_CLEANUP struct buffer details = {0};

	append_details(&details, verdict, judgement);
	buffer_append_text(out, "  ---\n  message: ");
	json_writer_quote(out, bytes_text(judgement->words));
	buffer_append_text(out, "\n  details: ");
	json_writer_quote(out, buffer_bytes(&details));
	buffer_append_text(out, "\n  ...\n");
}

void
journal_verdict_write_tap(struct buffer *out, const struct journal_verdict *verdict)
{
	buffer_append_format(out, "TAP version 13\n1..%zu\n", verdict->count);
	for (size_t i = 0; i < verdict->count; i++) {
		const struct journal_judgement *judgement = &verdict->judgements[i];

		buffer_append_format(out, "%s %zu - ", judgement->passed ? "ok" : "not ok", i + 1);
		append_description(out, judgement->title);
		buffer_append_byte(out, '\n');
		if (!judgement->passed)
			append_block(out, verdict, judgement);
	}
}
