#include "client/operation_url.h"

#include <string.h>

#include "common/base64.h"

/* What stays as it is, of the characters of base64. */
static const char *const kept[] = {
	[GET_ENCODING_ESCAPED] = "",
	[GET_ENCODING_IPHONE] = "+/",
	[GET_ENCODING_RAW] = "+/=",
};

static bool
is_unreserved(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(c && strchr("-._~", c));
}

/* Appends `text` with all escaped that is neither unreserved (RFC 3986 2.3) nor in `raw`. */
static void
escape(struct buffer *out, struct bytes text, const char *raw)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if (is_unreserved(c) || (c && strchr(raw, c)))
			buffer_append_byte(out, c);
		else
			buffer_append_format(out, "%%%02X", c);
	}
}

static void
append_operation(struct buffer *out, const char *base, const char *operation)
{
	buffer_append_format(
		out, "%s%coperation=%s", base, strchr(base, '?') ? '&' : '?', operation);
}

void
operation_url(struct buffer *out, const char *base, const char *operation, const char *message)
{
	append_operation(out, base, operation);
	if (!message)
		return;
	buffer_append_text(out, "&message=");
	escape(out, bytes_text(message), "");
}

void
operation_url_with_message(
	struct buffer *out, const char *base, struct bytes pki_message, enum get_encoding encoding)
{
	BUFFER_CLEANUP struct buffer base64 = {0};

	base64_encode(&base64, pki_message);
	append_operation(out, base, "PKIOperation");
	buffer_append_text(out, "&message=");
	escape(out, buffer_bytes(&base64), kept[encoding]);
}
