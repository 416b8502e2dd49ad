#include "common/der_tag.h"

#include <stddef.h>
#include <stdio.h>

static const struct {
	uint8_t tag;
	const char *name;
} tag_names[] = {
	{DER_BOOLEAN, "BOOLEAN"},
	{DER_INTEGER, "INTEGER"},
	{DER_BIT_STRING, "BIT STRING"},
	{DER_OCTET_STRING, "OCTET STRING"},
	{DER_NULL, "NULL"},
	{DER_OBJECT, "OBJECT ID"},
	{DER_ENUMERATED, "ENUMERATED"},
	{DER_UTF8_STRING, "UTF8String"},
	{DER_SEQUENCE, "SEQUENCE"},
	{DER_SET, "SET"},
	{DER_PRINTABLE_STRING, "PrintableString"},
	{DER_TELETEX_STRING, "TeletexString"},
	{DER_IA5_STRING, "IA5String"},
	{DER_UTC_TIME, "UTCTime"},
	{DER_GENERALIZED_TIME, "GeneralizedTime"},
	{DER_VISIBLE_STRING, "VisibleString"},
	{DER_UNIVERSAL_STRING, "UniversalString"},
	{DER_BMP_STRING, "BMPString"},
};

const char *
der_tag_name(char text[16], uint8_t tag)
{
	for (size_t i = 0; i < sizeof(tag_names) / sizeof(tag_names[0]); i++)
		if (tag_names[i].tag == tag)
			return tag_names[i].name;
	if ((tag & 0xc0) == 0x80)
		snprintf(text, 16, "[%u]", tag & 0x1fu);
	else
		snprintf(text, 16, "tag 0x%02x", tag);
	return text;
}
