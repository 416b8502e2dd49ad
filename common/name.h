/*
 * Distinguished names: read, shown as text, and compared as RFC 5280 asks. A Name
 * with more than 16 attributes in one RDN counts as not decodable.
 */
#pragma once

#include "common/der.h"
#include "common/oid.h"

/*
 * Takes a Name of at most LIMIT_RDNS RDNs with LIMIT_RDN_ATTRIBUTES attributes each, and looks at every
 * part of it; false as in the der_take family (der.h).
 */
bool name_take(struct der *der, struct bytes *out);

/*
 * Appends the text of a DER Name in its encoded order, "C=US, O=Example, CN=device-1"; separators
 * in values are escaped, so that name_parse (name_parse.h) reads it back. A Name that is not decodable gives
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
