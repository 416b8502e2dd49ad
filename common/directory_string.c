#include "common/directory_string.h"

#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <string.h>

#include "common/der_writer.h"

#define WRITABLE_TYPES                                                                             \
	(B_ASN1_PRINTABLESTRING | B_ASN1_UTF8STRING | B_ASN1_IA5STRING | B_ASN1_T61STRING |        \
		B_ASN1_BMPSTRING | B_ASN1_UNIVERSALSTRING)

uint8_t
directory_string_tag(struct bytes text)
{
	bool printable = ASN1_PRINTABLE_type(text.data, (int)text.size) == V_ASN1_PRINTABLESTRING;

	return text.size == 0 || printable ? DER_PRINTABLE_STRING : DER_UTF8_STRING;
}

bool
directory_string_put(struct buffer *out, uint8_t tag, struct bytes text)
{
	unsigned long type = ASN1_tag2bit(tag) & WRITABLE_TYPES;
	ASN1_STRING *string = NULL;

	if (type == 0 || text.size > INT_MAX || (text.size && memchr(text.data, 0, text.size)))
		return false;
	if (text.size == 0) {
		der_put(out, tag, text);
		return true;
	}
	if (ASN1_mbstring_copy(&string, text.data, (int)text.size, MBSTRING_UTF8, type) < 0) {
		ERR_clear_error();
		return false;
	}
	der_put(out, tag, BYTES(ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string)));
	ASN1_STRING_free(string);
	return true;
}
