#include "common/scep_attributes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/der_text.h"
#include "common/signed_data_writer.h"

static const char clause[] = "RFC 8894 3.2.1";

static int
refuse_missing(enum oid type, struct diag *diag)
{
	return diag_refuse(diag, oid_name(type), clause, "one in the signed attributes", "none");
}

/* Appends the text of an attribute and says in *tag how it came; tag 0: it is not there. */
static int
read_text(struct buffer *out, uint8_t *tag, const struct signed_data *data, enum oid type,
	struct diag *diag)
{
	const struct signed_attribute *attribute;
	int result = signed_data_find_attribute(&attribute, data, type, diag);
	char name[16];

	*tag = 0;
	if (result != DONE || !attribute)
		return result;
	if (!der_text(out, &attribute->value))
		return diag_refuse(diag, oid_name(type), clause, "a text", "%s that is none",
			der_tag_name(name, attribute->value.tag));
	*tag = attribute->value.tag;
	return DONE;
}

int
scep_attributes_text(
	struct buffer *out, const struct signed_data *data, enum oid type, struct diag *diag)
{
	uint8_t tag;

	return read_text(out, &tag, data, type, diag);
}

int
scep_attributes_transaction_id(char out[LIMIT_TRANSACTION_ID + 1], uint8_t *tag,
	const struct signed_data *data, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer text = {0};
	int result = read_text(&text, tag, data, OID_TRANSACTION_ID, diag);

	if (result != DONE)
		return result;
	if (*tag == 0)
		return refuse_missing(OID_TRANSACTION_ID, diag);
	if (text.size == 0 || text.size > LIMIT_TRANSACTION_ID)
		return diag_refuse(diag, oid_name(OID_TRANSACTION_ID), "RFC 8894 3.2.1.1",
			"a text of 1 to 256 bytes", "%zu bytes", text.size);
	memcpy(out, buffer_text(&text), text.size + 1);
	return DONE;
}

/* Reads an optional minus and one to ten digits, and nothing else. */
static bool
read_decimal(int64_t *out, struct bytes text)
{
	bool negative = text.size > 0 && text.data[0] == '-';
	size_t first = negative ? 1 : 0;

	if (text.size == first || text.size - first > 10)
		return false;
	*out = 0;
	for (size_t i = first; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*out = *out * 10 + (text.data[i] - '0');
	}
	if (negative)
		*out = -*out;
	return true;
}

static int
read_number(int64_t *out, bool *present, const struct signed_data *data, enum oid type,
	int64_t least, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer text = {0};
	uint8_t tag;
	int result = read_text(&text, &tag, data, type, diag);

	if (present)
		*present = false;
	if (result != DONE)
		return result;
	if (tag == 0)
		return present ? DONE : refuse_missing(type, diag);
	if (!read_decimal(out, buffer_bytes(&text)) || *out < least || *out > INT32_MAX)
		return diag_refuse(diag, oid_name(type), clause,
			"a decimal number up to 2147483647", "\"%.64s\"", buffer_text(&text));
	if (present)
		*present = true;
	return DONE;
}

int
scep_attributes_number(unsigned *out, bool *present, const struct signed_data *data, enum oid type,
	struct diag *diag)
{
	int64_t number = 0;
	int result = read_number(&number, present, data, type, 0, diag);

	*out = (unsigned)number;
	return result;
}

int
scep_attributes_error(
	int32_t *out, bool *present, const struct signed_data *data, struct diag *diag)
{
	int64_t number = 0;
	int result = read_number(&number, present, data, OID_ENROLL_SCEP_ERROR, INT32_MIN, diag);

	*out = (int32_t)number;
	return result;
}

int
scep_attributes_nonce(
	struct bytes *out, const struct signed_data *data, enum oid type, struct diag *diag)
{
	const struct signed_attribute *attribute;
	int result = signed_data_find_attribute(&attribute, data, type, diag);
	char name[16];

	*out = BYTES_NONE;
	if (result != DONE || !attribute)
		return result;
	if (attribute->value.tag != DER_OCTET_STRING)
		return diag_refuse(diag, oid_name(type), "RFC 8894 3.2.1.5", "an OCTET STRING",
			"%s", der_tag_name(name, attribute->value.tag));
	if (attribute->value.content.size > LIMIT_NONCE)
		return diag_refuse(diag, oid_name(type), "RFC 8894 3.2.1.5",
			"16 octets, or at most 1024", "%zu", attribute->value.content.size);
	*out = attribute->value.content;
	return DONE;
}

void
scep_attributes_put_number(struct buffer *out, enum oid type, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	signed_data_put_attribute(out, type, DER_PRINTABLE_STRING, bytes_text(text));
}
