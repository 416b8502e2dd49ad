#include "server/journal_text.h"

#include "common/json_writer.h"
#include "common/percent.h"
#include "common/utf8.h"
#include "server/journal.h"

static const char *const end_words[] = {
	[HTTP_END_SENT] = "sent",
	[HTTP_END_CLIENT_LEFT] = "client-left",
	[HTTP_END_TIMED_OUT] = "timed-out",
	[HTTP_END_MALFORMED] = "malformed",
	[HTTP_END_CLOSED_BY_PLAN] = "closed-by-plan",
	[HTTP_END_RESET_BY_PLAN] = "reset-by-plan",
	[HTTP_END_STALLED_BY_PLAN] = "stalled-by-plan",
	[HTTP_END_SHUTDOWN] = "shutdown",
};

const char *
journal_text_end(enum http_end end)
{
	return end_words[end];
}

static struct bytes
cut(struct bytes text, size_t size)
{
	return text.size > size ? utf8_trim(BYTES(text.data, size)) : text;
}

struct bytes
journal_text_cut(struct bytes text)
{
	return cut(text, JOURNAL_TEXT_MAX);
}

void
journal_text_write(struct buffer *out, const char *key, const char *text)
{
	if (text)
		json_writer_text(out, key, journal_text_cut(bytes_text(text)));
}

bool
journal_text_operation(struct buffer *out, const struct request *request)
{
	struct bytes value;

	if (!request_parameter(&value, request, "operation"))
		return false;
	if (percent_decode(out, value, NULL) != DONE)
		buffer_append(out, value);
	return true;
}

/* Control characters are those of ASCII, and U+0080 to U+009F. */
static bool
is_control(struct bytes character)
{
	uint8_t first = character.data[0];

	return first < 0x20 || first == 0x7f || (first == 0xc2 && character.data[1] < 0xa0);
}

void
journal_text_print(struct buffer *out, struct bytes text, size_t size)
{
	struct bytes shown = cut(text, size);
	size_t step;

	for (size_t next = 0; next < shown.size; next += step ? step : 1) {
		struct bytes rest = {shown.data + next, shown.size - next};

		step = utf8_size(rest);
		if (step == 0 || is_control(rest))
			buffer_append_byte(out, '?');
		else
			buffer_append(out, BYTES(rest.data, step));
	}
	if (shown.size < text.size)
		buffer_append_text(out, "...");
}
