#include "common/der_text.h"

#include "common/utf8.h"

/* Appends big-endian characters of `width` bytes each. */
static bool
append_wide(struct buffer *out, struct bytes text, size_t width)
{
	if (text.size % width != 0)
		return false;
	for (size_t i = 0; i < text.size; i += width) {
		uint32_t c = 0;

		for (size_t k = 0; k < width; k++)
			c = c << 8 | text.data[i + k];
		if (c == 0 || !utf8_append(out, c))
			return false;
	}
	return true;
}

static bool
append_utf8(struct buffer *out, struct bytes text)
{
	size_t size;

	for (size_t i = 0; i < text.size; i += size) {
		size = utf8_size(BYTES(text.data + i, text.size - i));
		if (size == 0 || text.data[i] == 0)
			return false;
		buffer_append(out, BYTES(text.data + i, size));
	}
	return true;
}

bool
der_text(struct buffer *out, const struct der_element *element)
{
	if (element->constructed)
		return false;
	switch (element->tag) {
	case DER_UTF8_STRING:
	case DER_PRINTABLE_STRING:
	case DER_IA5_STRING:
	case DER_VISIBLE_STRING:
		return append_utf8(out, element->content);
	case DER_TELETEX_STRING:
		return append_wide(out, element->content, 1);
	case DER_BMP_STRING:
		return append_wide(out, element->content, 2);
	case DER_UNIVERSAL_STRING:
		return append_wide(out, element->content, 4);
	default:
		return false;
	}
}
