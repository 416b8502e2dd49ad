/*
 * Distinguished names from text.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

/*
 * Appends the DER Name of a text such as "CN=device-1,O=Example\, Inc.,DC=local": types are the
 * names or dotted OIDs of oid.h, "+" joins a multi-valued RDN, a backslash escapes the next
 * character or two hex digits, blanks around separators are dropped, "/CN=x/O=y" is understood
 * too. There are LIMIT_RDNS RDNs at most, and LIMIT_RDN_ATTRIBUTES attributes in one. RDNs are encoded in the order written. Values become PrintableString where they can,
 * IA5String for DC and emailAddress, else UTF8String. An empty text is an empty Name.
 * DONE or REFUSED.
 */
int name_parse(struct buffer *out, const char *text, struct diag *diag);
