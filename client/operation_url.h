/*
 * The URL of a SCEP operation (RFC 8894 4.1): the server's URL, the operation,
 * and a message escaped in the manner of one client or another.
 */
#pragma once

#include "common/buffer.h"

/* What becomes of the characters of base64 in a query (ndes-behaviour 4.3). */
enum get_encoding {
	GET_ENCODING_ESCAPED, /* %2B, %2F, %3D, as RFC 8894 4.1 asks */
	GET_ENCODING_IPHONE,  /* '+' and '/' raw, "%3D": iOS and macOS */
	GET_ENCODING_RAW,     /* all raw: Android */
};

/*
 * Appends the URL of an operation. `base` may carry a query already, which is kept in front.
 * `message` is a text for GetCACert and its like, escaped fully; NULL: no message parameter.
 */
void operation_url(
	struct buffer *out, const char *base, const char *operation, const char *message);

/* Appends the URL of a PKIOperation by GET: `pki_message` as base64 in this encoding. */
void operation_url_with_message(
	struct buffer *out, const char *base, struct bytes pki_message, enum get_encoding encoding);
