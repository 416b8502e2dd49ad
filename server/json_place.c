#include "server/json_place.h"

void
json_place_append(struct buffer *out, const char *name)
{
	buffer_append_byte(out, '/');
	for (; *name; name++) {
		if (*name == '~' || *name == '/')
			buffer_append_text(out, *name == '~' ? "~0" : "~1");
		else
			buffer_append_byte(out, (uint8_t)*name);
	}
}

bool
json_place_find(struct buffer *out, const json_t *root, const json_t *value)
{
	size_t size = out->size, i;
	const char *name;
	json_t *member;

	if (root == value)
		return true;
	json_array_foreach((json_t *)root, i, member)
	{
		buffer_append_format(out, "/%zu", i);
		if (json_place_find(out, member, value))
			return true;
		out->size = size;
	}
	json_object_foreach((json_t *)root, name, member) {
		json_place_append(out, name);
		if (json_place_find(out, member, value))
			return true;
		out->size = size;
	}
	return false;
}
