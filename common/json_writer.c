#include "common/json_writer.h"

#include "common/base64.h"
#include "common/utf8.h"

/* What stands before this one ends with a bracket, a quotation mark, a digit or a letter. */
static bool
needs_comma(const struct buffer *out)
{
	uint8_t last = out->size ? out->data[out->size - 1] : '\n';

	return last != '{' && last != '[' && last != '\n';
}

static void
begin(struct buffer *out, const char *key)
{
	struct bytes name = bytes_text(key);
	uint8_t *end;

	buffer_reserve(out, name.size + strlen(",\"\":"));
	if (needs_comma(out))
		buffer_append_byte(out, ',');
	if (!key)
		return;
	end = out->data + out->size;
	*end++ = '"';
	end = (uint8_t *)memcpy(end, name.data, name.size) + name.size;
	*end++ = '"';
	*end++ = ':';
	out->size = (size_t)(end - out->data);
}

void
json_writer_open_object(struct buffer *out, const char *key)
{
	begin(out, key);
	buffer_append_byte(out, '{');
}

void
json_writer_close_object(struct buffer *out)
{
	buffer_append_byte(out, '}');
}

void
json_writer_open_array(struct buffer *out, const char *key)
{
	begin(out, key);
	buffer_append_byte(out, '[');
}

void
json_writer_close_array(struct buffer *out)
{
	buffer_append_byte(out, ']');
}

/* The bytes that stand for themselves, as bits: all of ASCII but control characters, '"' and '\\'. */
static const uint32_t plain[8] = {0, ~(1u << ('"' - 0x20)), ~(1u << ('\\' - 0x40)), ~0u};

static inline bool
is_plain(uint8_t byte)
{
	return plain[byte / 32] >> byte % 32 & 1;
}

/* Appends the character at the start of `text`, which is not plain; returns its size. */
static size_t
append_special(struct buffer *out, struct bytes text)
{
	uint8_t first = text.data[0];
	size_t size = utf8_size(text);

	if (size == 0) {
		buffer_append_text(out, UTF8_REPLACEMENT);
		return 1;
	}
	if (size > 1)
		buffer_append(out, BYTES(text.data, size));
	else if (first >= 0x20)
		buffer_append(out, BYTES(((uint8_t[]){'\\', first}), 2));
	else
		buffer_append_format(out, "\\u%04x", first);
	return size;
}

void
json_writer_quote(struct buffer *out, struct bytes text)
{
	size_t next = 0, end;

	buffer_append_byte(out, '"');
	while (next < text.size) {
		for (end = next; end < text.size && is_plain(text.data[end]);)
			end++;
		buffer_append(out, BYTES(text.data + next, end - next));
		next = end;
		if (next < text.size)
			next += append_special(out, BYTES(text.data + next, text.size - next));
	}
	buffer_append_byte(out, '"');
}

void
json_writer_text(struct buffer *out, const char *key, struct bytes text)
{
	begin(out, key);
	json_writer_quote(out, text);
}

void
json_writer_hex(struct buffer *out, const char *key, struct bytes bytes)
{
	begin(out, key);
	buffer_append_byte(out, '"');
	buffer_append_hex(out, bytes);
	buffer_append_byte(out, '"');
}

void
json_writer_base64(struct buffer *out, const char *key, struct bytes bytes)
{
	begin(out, key);
	buffer_append_byte(out, '"');
	base64_encode(out, bytes);
	buffer_append_byte(out, '"');
}

void
json_writer_number(struct buffer *out, const char *key, int64_t number)
{
	begin(out, key);
	buffer_append_decimal(out, number);
}

void
json_writer_thousandths(struct buffer *out, const char *key, int64_t thousandths)
{
	uint8_t rest[4] = {'.'};

	for (int64_t i = 3, value = thousandths; i > 0; i--, value /= 10)
		rest[i] = (uint8_t)('0' + value % 10);
	begin(out, key);
	buffer_append_decimal(out, thousandths / 1000);
	buffer_append(out, BYTES(rest, sizeof(rest)));
}

void
json_writer_boolean(struct buffer *out, const char *key, bool value)
{
	begin(out, key);
	buffer_append_text(out, value ? "true" : "false");
}

void
json_writer_null(struct buffer *out, const char *key)
{
	begin(out, key);
	buffer_append_text(out, "null");
}
