#include "common/percent.h"

#include <string.h>

#include "common/hex.h"

int
percent_decode(struct buffer *out, struct bytes raw, struct diag *diag)
{
	size_t before = out->size;

	buffer_reserve(out, raw.size);
	for (size_t i = 0; i < raw.size; i++) {
		const uint8_t *escape = memchr(raw.data + i, '%', raw.size - i);
		size_t plain = escape ? (size_t)(escape - raw.data) - i : raw.size - i;
		int octet;

		buffer_append(out, BYTES(raw.data + i, plain));
		i += plain;
		if (!escape)
			break;
		octet = raw.size - i > 2 ? hex_octet((const char *)raw.data + i + 1) : -1;
		if (octet < 0) {
			out->size = before;
			return diag_refuse(diag, "percent-encoding", "RFC 3986 2.1",
				"two hexadecimal digits behind '%'", "none at character %zu of %zu",
				i + 1, raw.size);
		}
		buffer_append_byte(out, (uint8_t)octet);
		i += 2;
	}
	return DONE;
}

void
percent_encode(struct buffer *out, struct bytes raw, const char *kept)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";

	for (size_t i = 0; i < raw.size; i++) {
		uint8_t c = raw.data[i];

		if (c != 0 && (strchr(unreserved, c) || strchr(kept, c)))
			buffer_append_byte(out, c);
		else
			buffer_append_format(out, "%%%02X", c);
	}
}
