/*
 * Writing text into ASN.1's string types (X.520's DirectoryString and
 * IA5String); der_text.h is the way back.
 */
#pragma once

#include "common/buffer.h"

/* Returns DER_PRINTABLE_STRING when that can hold the UTF-8 text, else DER_UTF8_STRING. */
uint8_t directory_string_tag(struct bytes text);

/*
 * Appends UTF-8 text as an element with this tag: PrintableString, UTF8String, IA5String,
 * TeletexString (as Latin-1), BMPString or UniversalString. Returns false, with nothing
 * appended, when the type cannot hold the text, or it is not UTF-8 or holds a NUL.
 */
bool directory_string_put(struct buffer *out, uint8_t tag, struct bytes text);
