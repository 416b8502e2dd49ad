#include "common/utf16.h"

#include "common/utf8.h"

#define REPLACEMENT 0xfffd

static void
append_unit(struct buffer *out, uint32_t unit)
{
	buffer_append_byte(out, (uint8_t)unit);
	buffer_append_byte(out, (uint8_t)(unit >> 8));
}

/* Returns the code point of a UTF-8 character of `size` bytes. */
static uint32_t
code_point(const uint8_t *character, size_t size)
{
	uint32_t point = size == 1 ? character[0] : character[0] & (0x7f >> size);

	for (size_t i = 1; i < size; i++)
		point = point << 6 | (character[i] & 0x3f);
	return point;
}

void
utf16_append_mark(struct buffer *out)
{
	append_unit(out, 0xfeff);
}

void
utf16_append(struct buffer *out, struct bytes text)
{
	size_t size;

	buffer_reserve(out, 2 * text.size);
	for (size_t next = 0; next < text.size; next += size ? size : 1) {
		uint32_t point = REPLACEMENT;

		size = utf8_size(BYTES(text.data + next, text.size - next));
		if (size > 0)
			point = code_point(text.data + next, size);
		if (point < 0x10000) {
			append_unit(out, point);
			continue;
		}
		append_unit(out, 0xd800 + ((point - 0x10000) >> 10));
		append_unit(out, 0xdc00 + (point & 0x3ff));
	}
}

static uint32_t
unit_at(struct bytes utf16, size_t index)
{
	return 2 * index + 1 < utf16.size
		? utf16.data[2 * index] | (uint32_t)utf16.data[2 * index + 1] << 8
		: 0;
}

void
utf16_decode(struct buffer *out, struct bytes utf16)
{
	size_t count = utf16.size / 2;

	for (size_t i = unit_at(utf16, 0) == 0xfeff; i < count; i++) {
		uint32_t unit = unit_at(utf16, i), low = unit_at(utf16, i + 1);

		if (unit >= 0xd800 && unit < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			unit = 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
			i++;
		}
		if (!utf8_append(out, unit))
			utf8_append(out, REPLACEMENT);
	}
}
