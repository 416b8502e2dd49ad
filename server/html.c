#include "server/html.h"

#include "common/utf8.h"

/* Returns the reference for a character that means something in HTML, or NULL. */
static const char *
reference(uint8_t character)
{
	switch (character) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* HTML has no use for the other control characters, not even as references. */
static bool
is_control(uint8_t byte)
{
	return (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f;
}

void
html_escape(struct buffer *out, struct bytes text)
{
	size_t size;

	for (size_t next = 0; next < text.size; next += size ? size : 1) {
		uint8_t first = text.data[next];

		size = utf8_size(BYTES(text.data + next, text.size - next));
		if (size == 0 || is_control(first))
			buffer_append_text(out, UTF8_REPLACEMENT);
		else if (reference(first))
			buffer_append_text(out, reference(first));
		else
			buffer_append(out, BYTES(text.data + next, size));
	}
}
