#include "common/percent.h"

#include <string.h>

static int
hex_value(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20; /* lower case */
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

int
percent_decode(struct buffer *out, struct bytes raw, struct diag *diag)
{
	size_t before = out->size;

	buffer_reserve(out, raw.size);
	for (size_t i = 0; i < raw.size; i++) {
		int high, low;

		if (raw.data[i] != '%') {
			buffer_append_byte(out, raw.data[i]);
			continue;
		}
		high = raw.size - i > 2 ? hex_value(raw.data[i + 1]) : -1;
		low = raw.size - i > 2 ? hex_value(raw.data[i + 2]) : -1;
		if (high < 0 || low < 0) {
			out->size = before;
			return diag_refuse(diag, "percent-encoding", "RFC 3986 2.1",
				"two hexadecimal digits behind '%'", "none at character %zu of %zu",
				i + 1, raw.size);
		}
		buffer_append_byte(out, (uint8_t)(high << 4 | low));
		i += 2;
	}
	return DONE;
}

void
percent_encode(struct buffer *out, struct bytes raw)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";

	for (size_t i = 0; i < raw.size; i++)
		if (raw.data[i] != 0 && strchr(unreserved, raw.data[i]))
			buffer_append_byte(out, raw.data[i]);
		else
			buffer_append_format(out, "%%%02X", raw.data[i]);
}
