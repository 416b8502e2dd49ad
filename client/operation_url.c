#include "client/operation_url.h"

#include <string.h>

#include "common/base64.h"
#include "common/percent.h"

/* What stays as it is, of the characters of base64. */
static const char *const kept[] = {
	[GET_ENCODING_ESCAPED] = "",
	[GET_ENCODING_IPHONE] = "+/",
	[GET_ENCODING_RAW] = "+/=",
};

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
	percent_encode(out, bytes_text(message), "");
}

void
operation_url_with_message(
	struct buffer *out, const char *base, struct bytes pki_message, enum get_encoding encoding)
{
	BUFFER_CLEANUP struct buffer base64 = {0};

	base64_encode(&base64, pki_message);
	append_operation(out, base, "PKIOperation");
	buffer_append_text(out, "&message=");
	percent_encode(out, buffer_bytes(&base64), kept[encoding]);
}
