#include "server/yaml_text.h"

#include <stdlib.h>

#include "common/json_writer.h"
#include "common/memory.h"

/* What JSON writes as it is, and YAML does not read so: the first octets of each, how many, and which may be the
 * last one. */
static const struct {
	const char *begin;
	size_t size;
	uint8_t least, most;
	uint32_t point; /* of `least` */
} unreadable[] = {
	{"", 0, 0x7f, 0x7f, 0x7f},
	{"\xc2", 1, 0x80, 0x9f, 0x80},
	{"\xe2\x80", 2, 0xa8, 0xa9, 0x2028},
	{"\xef\xbb", 2, 0xbf, 0xbf, 0xfeff},
	{"\xef\xbf", 2, 0xbe, 0xbf, 0xfffe},
};

/* Returns the size of such a character at the start of `text`, and which one it is; 0 for any other. */
static size_t
find_unreadable(struct bytes text, uint32_t *point)
{
	for (size_t i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++) {
		size_t size = unreadable[i].size;
		uint8_t last = text.size > size ? text.data[size] : 0;

		if (last < unreadable[i].least || last > unreadable[i].most ||
			memcmp(text.data, unreadable[i].begin, size) != 0)
			continue;
		*point = unreadable[i].point + last - unreadable[i].least;
		return size + 1;
	}
	return 0;
}

static void
append(struct buffer *out, struct bytes json)
{
	size_t written = 0, size;
	uint32_t point;

	for (size_t i = 0; i < json.size; i += size ? size : 1) {
		size = json.data[i] < 0x7f
			? 0
			: find_unreadable(BYTES(json.data + i, json.size - i), &point);
		if (size == 0)
			continue;
		buffer_append(out, BYTES(json.data + written, i - written));
		buffer_append_format(out, "\\u%04x", point);
		written = i + size;
	}
	buffer_append(out, BYTES(json.data + written, json.size - written));
}

void
yaml_text_write(struct buffer *out, const char *text)
{
	BUFFER_CLEANUP struct buffer quoted = {0};

	if (text)
		json_writer_quote(&quoted, bytes_text(text));
	else
		buffer_append_text(&quoted, "null");
	append(out, buffer_bytes(&quoted));
}

void
yaml_text_write_json(struct buffer *out, const json_t *json)
{
	TEXT_CLEANUP char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text)
		memory_exhausted();
	append(out, bytes_text(text));
}
