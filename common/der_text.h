/*
 * The string types of ASN.1 as UTF-8. directory_string.h is the way back.
 */
#pragma once

#include "common/buffer.h"
#include "common/der.h"

/*
 * Appends an element's text as UTF-8 when its tag is one of the string types (PrintableString,
 * UTF8String, IA5String, TeletexString read as Latin-1, VisibleString, BMPString,
 * UniversalString). Returns false when it is none or its characters are not valid; says
 * nothing in a diag.
 */
bool der_text(struct buffer *out, const struct der_element *element);
