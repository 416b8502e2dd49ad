/*
 * Distinguished names: from and to text, and compared as RFC 5280 asks. A Name
 * with more than 16 attributes in one RDN counts as not decodable.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"
#include "common/oid.h"

/*
 * Appends the DER Name of a text such as "CN=device-1,O=Example\, Inc.,DC=local": types are the
 * names or dotted OIDs of oid.h, "+" joins a multi-valued RDN, a backslash escapes the next
 * character or two hex digits, blanks around separators are dropped, "/CN=x/O=y" is understood
 * too. RDNs are encoded in the order written. Values become PrintableString where they can,
 * IA5String for DC and emailAddress, else UTF8String. An empty text is an empty Name.
 * DONE or REFUSED.
 */
int name_parse(struct buffer *out, const char *text, struct diag *diag);

/*
 * Appends the text of a DER Name in its encoded order, "C=US, O=Example, CN=device-1"; separators
 * in values are escaped, so that name_parse reads it back. A Name that is not decodable gives
 * "(not a Name: <hex of its first 16 bytes>)".
 */
void name_text(struct buffer *out, struct bytes name);

/*
 * Returns whether two DER Names match (RFC 5280 7.1): same RDNs in the same order, values equal
 * after folding case and runs of blanks, whatever string type carries them.
 */
bool name_equal(struct bytes left, struct bytes right);

/* Appends the text of the first attribute of this type. Returns false when there is none. */
bool name_find(struct buffer *out, struct bytes name, enum oid type);
