/*
 * Percent-encoding (RFC 3986 2.1) in the parts of a URL. A '+' stays a '+': only
 * HTML forms turn it into a space, and base64 in a query needs it.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

/*
 * Appends `raw` with its escapes, in either case, replaced by the octets they stand for.
 * DONE; REFUSED, with nothing appended, at a '%' without two hexadecimal digits behind it.
 */
int percent_decode(struct buffer *out, struct bytes raw, struct diag *diag);

/*
 * Appends `raw` with every octet escaped but the unreserved characters (RFC 3986 2.3) and those in
 * `kept`. With none kept, "", it can stand anywhere in a URL.
 */
void percent_encode(struct buffer *out, struct bytes raw, const char *kept);
