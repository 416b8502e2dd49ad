#include "common/json_writer.h"

#include <string.h>

#include "common/base64.h"
#include "common/utf8.h"

/* What stands before this one ends with a bracket, a quotation mark, a digit or a letter. */
static bool
needs_comma(const struct buffer *out)
{
	uint8_t last = out->size ? out->data[out->size - 1] : '\n';

	return last != '{' && last != '[' && last != '\n';
}

void
json_writer_begin(struct buffer *out, struct bytes key)
{
	bool comma = needs_comma(out);
	uint8_t *end;

	buffer_reserve(out, key.size + strlen(",\"\":"));
	end = out->data + out->size;
	if (comma)
		*end++ = ',';
	if (key.data) {
		*end++ = '"';
		end = (uint8_t *)memcpy(end, key.data, key.size) + key.size;
		*end++ = '"';
		*end++ = ':';
	}
	out->size = (size_t)(end - out->data);
}

/* The bytes that stand for themselves, as bits: all of ASCII but control characters, '"' and '\\'. */
static const uint32_t plain[8] = {0, ~(1u << ('"' - 0x20)), ~(1u << ('\\' - 0x40)), ~0u};

static inline bool
is_plain(uint8_t byte)
{
	return plain[byte / 32] >> byte % 32 & 1;
}

/* As many bytes as are looked at in one go. */
#define BLOCK sizeof(uint64_t)

/* The same byte eight times. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Returns a number that is not 0 when one of eight bytes is less than `least`, which is at most 0x80; what
 * it looks like beyond that is chance. */
static inline uint64_t
any_less(uint64_t block, uint8_t least)
{
	return (block - EACH(least)) & ~block & EACH(0x80);
}

static inline bool
is_plain_block(const uint8_t *bytes)
{
	uint64_t block;

	memcpy(&block, bytes, BLOCK);
	return !((block & EACH(0x80)) | any_less(block, 0x20) | any_less(block ^ EACH('"'), 1) |
		any_less(block ^ EACH('\\'), 1));
}

/* Returns how many bytes at the start of `text` stand for themselves. */
static size_t
count_plain(struct bytes text)
{
	size_t count = 0;

	while (text.size - count >= BLOCK && is_plain_block(text.data + count))
		count += BLOCK;
	while (count < text.size && is_plain(text.data[count]))
		count++;
	return count;
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
	buffer_reserve(out, text.size + strlen("\"\""));
	buffer_append_byte(out, '"');
	while (text.size > 0) {
		size_t size = count_plain(text);

		buffer_append(out, BYTES(text.data, size));
		if (size < text.size)
			size += append_special(out, BYTES(text.data + size, text.size - size));
		text = BYTES(text.data + size, text.size - size);
	}
	buffer_append_byte(out, '"');
}

void
json_writer_text(struct buffer *out, const char *key, struct bytes text)
{
	json_writer_begin(out, bytes_text(key));
	json_writer_quote(out, text);
}

void
json_writer_word(struct buffer *out, const char *key, const char *word)
{
	struct bytes text = bytes_text(word);

	json_writer_begin(out, bytes_text(key));
	buffer_reserve(out, text.size + strlen("\"\""));
	buffer_append_byte(out, '"');
	buffer_append(out, text);
	buffer_append_byte(out, '"');
}

void
json_writer_hex(struct buffer *out, const char *key, struct bytes bytes)
{
	json_writer_begin(out, bytes_text(key));
	buffer_append_byte(out, '"');
	buffer_append_hex(out, bytes);
	buffer_append_byte(out, '"');
}

void
json_writer_base64(struct buffer *out, const char *key, struct bytes bytes)
{
	json_writer_begin(out, bytes_text(key));
	buffer_append_byte(out, '"');
	base64_encode(out, bytes);
	buffer_append_byte(out, '"');
}

void
json_writer_thousandths(struct buffer *out, const char *key, int64_t thousandths)
{
	uint8_t rest[4] = {'.'};

	for (int64_t i = 3, value = thousandths; i > 0; i--, value /= 10)
		rest[i] = (uint8_t)('0' + value % 10);
	json_writer_number(out, key, thousandths / 1000);
	buffer_append(out, BYTES(rest, sizeof(rest)));
}
