/*
 * The tags of BER and DER that X.509 and CMS use, and their names.
 */
#pragma once

#include <stdint.h>

/* Identifier octets without the constructed bit, which BER leaves to the sender for strings. */
enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OBJECT = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_UTF8_STRING = 0x0c,
	DER_SEQUENCE = 0x10,
	DER_SET = 0x11,
	DER_PRINTABLE_STRING = 0x13,
	DER_TELETEX_STRING = 0x14,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_VISIBLE_STRING = 0x1a,
	DER_UNIVERSAL_STRING = 0x1c,
	DER_BMP_STRING = 0x1e,
};

#define DER_CONSTRUCTED 0x20
#define DER_CONTEXT(n)  (0x80 | (n))

/* The name of a tag for messages: "SEQUENCE", "[0]". May use `text`; the result lives as long as it. */
const char *der_tag_name(char text[16], uint8_t tag);
