#include "common/utf8.h"

/* RFC 3629 4, one row a line of its grammar: after `first` to `last` the second byte is `low` to
 * `high`, all others are continuation bytes. */
static const struct {
	uint8_t first, last;
	uint8_t low, high;
	uint8_t size;
} forms[] = {
	{0xc2, 0xdf, 0x80, 0xbf, 2},
	{0xe0, 0xe0, 0xa0, 0xbf, 3},
	{0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3},
	{0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4},
	{0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool
is_continuation(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

size_t
utf8_size(struct bytes text)
{
	if (text.size == 0)
		return 0;
	if (text.data[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (text.data[0] < forms[i].first || text.data[0] > forms[i].last)
			continue;
		if (text.size < forms[i].size || text.data[1] < forms[i].low ||
			text.data[1] > forms[i].high)
			return 0;
		for (size_t k = 2; k < forms[i].size; k++)
			if (!is_continuation(text.data[k]))
				return 0;
		return forms[i].size;
	}
	return 0;
}

bool
utf8_is_text(struct bytes text)
{
	while (text.size) {
		size_t size = utf8_size(text);

		if (size == 0 || text.data[0] == 0)
			return false;
		text = BYTES(text.data + size, text.size - size);
	}
	return true;
}

bool
utf8_append(struct buffer *out, uint32_t point)
{
	unsigned shift = point < 0x80 ? 0 : point < 0x800 ? 6 : point < 0x10000 ? 12 : 18;
	static const uint8_t leads[] = {[0] = 0x00, [6] = 0xc0, [12] = 0xe0, [18] = 0xf0};

	if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return false;
	buffer_append_byte(out, (uint8_t)(leads[shift] | point >> shift));
	while (shift > 0) {
		shift -= 6;
		buffer_append_byte(out, (uint8_t)(0x80 | (point >> shift & 0x3f)));
	}
	return true;
}

/* Returns whether a character begins so, and goes on behind the end. */
static bool
is_begun(struct bytes text)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (text.data[0] >= forms[i].first && text.data[0] <= forms[i].last)
			return text.size < forms[i].size &&
				(text.size < 2 ||
					(text.data[1] >= forms[i].low &&
						text.data[1] <= forms[i].high));
	return false;
}

struct bytes
utf8_trim(struct bytes text)
{
	size_t start = text.size;

	while (start > 0 && text.size - start < 3 && is_continuation(text.data[start - 1]))
		start--;
	if (start > 0 && is_begun(BYTES(text.data + start - 1, text.size - start + 1)))
		text.size = start - 1;
	return text;
}
