/*
 * Base64 (RFC 4648 4), and the manners in which SCEP clients put it into a URL.
 *
 * iOS and Android send '+', '/' and '=' raw, others escape them, Cisco breaks
 * lines with %0A, some leave the padding out: all that is read. A '+' that a
 * proxy has turned into a space cannot be told from noise and is refused, with
 * words that name it, as is the URL-safe alphabet (RFC 8894 4.1 asks for the
 * standard one).
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

/*
 * Appends the bytes of a query value as it stands in the request line: escapes of either case are
 * decoded first, then as base64_decode. DONE or REFUSED, then with nothing appended.
 */
int base64_decode_query(struct buffer *out, struct bytes raw, struct diag *diag);

/*
 * Appends the bytes of a base64 text. Tabs and line breaks are skipped, padding may be missing;
 * spaces, '-', '_' and every other character are REFUSED, with nothing appended. DONE or REFUSED.
 */
int base64_decode(struct buffer *out, struct bytes text, struct diag *diag);

/* Appends the base64 of `bytes`, padded, in one line. */
void base64_encode(struct buffer *out, struct bytes bytes);
