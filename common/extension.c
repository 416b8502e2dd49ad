#include "common/extension.h"

#include "common/der_writer.h"

/* One Extension. */
struct extension {
	struct bytes type;        /* content octets of the OID */
	struct der_element value; /* extnValue, an OCTET STRING */
};

/* What BER would let a sender cut into chunks is taken in one piece only: nobody sends it so. */
static bool
take_octets(struct der *der, struct der_element *out)
{
	if (!der_take(der, DER_OCTET_STRING, out))
		return false;
	return !out->constructed ||
		der_refuse(der, "a primitive OCTET STRING", "a constructed one");
}

static bool
take_one(struct der *der, struct extension *out)
{
	struct der inside;
	bool critical;

	if (!der_enter(der, DER_SEQUENCE, &inside) || !der_take_oid(&inside, &out->type))
		return false;
	if (der_next_is(&inside, DER_BOOLEAN) && !der_take_boolean(&inside, &critical))
		return false;
	return take_octets(&inside, &out->value) && der_finish(&inside);
}

static bool
read_alternative_name(struct der *value, struct extension_values *out)
{
	struct der_element names;

	if (!der_take(value, DER_SEQUENCE, &names))
		return false;
	out->subject_alt_name = names.whole;
	return true;
}

static bool
read_key_identifier(struct der *value, struct extension_values *out)
{
	struct der_element identifier;

	if (!take_octets(value, &identifier))
		return false;
	out->subject_key_identifier = identifier.content;
	return true;
}

static bool
read_purposes(struct der *value, struct extension_values *out)
{
	struct der_element purposes;
	struct der inside;
	struct bytes oid;
	unsigned count = 0;

	if (!der_take(value, DER_SEQUENCE, &purposes) || !der_open(value, &purposes, &inside))
		return false;
	while (!der_empty(&inside)) {
		if (count++ == LIMIT_PURPOSES)
			return der_refuse(&inside, NULL, "more than %d purposes", LIMIT_PURPOSES);
		if (!der_take_oid(&inside, &oid))
			return false;
	}
	out->extended_key_usage = purposes.whole;
	return true;
}

static bool
read_key_usage(struct der *value, struct extension_values *out)
{
	out->has_key_usage = true;
	return der_take_named_bits(value, &out->key_usage);
}

static bool
read_basic_constraints(struct der *value, struct extension_values *out)
{
	struct der inside;
	uint32_t path_length;

	if (!der_enter(value, DER_SEQUENCE, &inside))
		return false;
	if (der_next_is(&inside, DER_BOOLEAN) && !der_take_boolean(&inside, &out->is_ca))
		return false;
	if (!der_empty(&inside) && !der_take_small(&inside, &path_length))
		return false;
	return der_finish(&inside);
}

static const struct {
	enum oid type;
	bool (*read)(struct der *value, struct extension_values *out);
} readers[] = {
	{OID_SUBJECT_ALT_NAME, read_alternative_name},
	{OID_SUBJECT_KEY_IDENTIFIER, read_key_identifier},
	{OID_EXTENDED_KEY_USAGE, read_purposes},
	{OID_KEY_USAGE, read_key_usage},
	{OID_BASIC_CONSTRAINTS, read_basic_constraints},
};

#define READERS (sizeof(readers) / sizeof(readers[0]))

/* `seen` has a bit for each row of the table. */
static bool
read_one(struct der *der, const struct extension *extension, uint32_t *seen,
	struct extension_values *out)
{
	enum oid type = oid_find(extension->type);
	struct der value;

	for (size_t i = 0; i < READERS; i++) {
		if (readers[i].type != type)
			continue;
		if (*seen & UINT32_C(1) << i)
			return der_refuse(der, "each extension once (RFC 5280 4.2)", "%s twice",
				oid_name(type));
		*seen |= UINT32_C(1) << i;
		return der_open(der, &extension->value, &value) && readers[i].read(&value, out) &&
			der_finish(&value);
	}
	return true;
}

bool
extension_take_all(struct der *der, struct extension_values *out)
{
	struct extension extension;
	struct der_element all;
	struct der inside;
	uint32_t seen = 0;

	*out = (struct extension_values){0};
	if (!der_take(der, DER_SEQUENCE, &all) || !der_open(der, &all, &inside))
		return false;
	out->whole = all.whole;
	while (!der_empty(&inside))
		if (!take_one(&inside, &extension) || !read_one(&inside, &extension, &seen, out))
			return false;
	return true;
}

struct extension_mark
extension_begin(struct buffer *out, enum oid type, bool critical)
{
	struct extension_mark mark = {.extension = der_begin(out, DER_SEQUENCE)};

	der_put_oid(out, oid_bytes(type));
	if (critical)
		der_put_true(out);
	mark.value = der_begin_primitive(out, DER_OCTET_STRING);
	return mark;
}

void
extension_end(struct buffer *out, struct extension_mark mark)
{
	der_end(out, mark.value);
	der_end(out, mark.extension);
}

void
extension_put(struct buffer *out, enum oid type, bool critical, struct bytes value)
{
	struct extension_mark mark = extension_begin(out, type, critical);

	buffer_append(out, value);
	extension_end(out, mark);
}

void
extension_put_key_usage(struct buffer *out, uint32_t bits)
{
	struct extension_mark mark = extension_begin(out, OID_KEY_USAGE, true);

	der_put_named_bits(out, bits);
	extension_end(out, mark);
}

void
extension_put_purposes(struct buffer *out, const struct bytes *purposes, size_t count)
{
	struct extension_mark mark = extension_begin(out, OID_EXTENDED_KEY_USAGE, false);
	size_t list = der_begin(out, DER_SEQUENCE);

	for (size_t i = 0; i < count; i++)
		der_put_oid(out, purposes[i]);
	der_end(out, list);
	extension_end(out, mark);
}

void
extension_put_authority(struct buffer *out, struct bytes key_identifier)
{
	struct extension_mark mark = extension_begin(out, OID_AUTHORITY_KEY_IDENTIFIER, false);
	size_t whole = der_begin(out, DER_SEQUENCE);

	der_put(out, DER_CONTEXT(0), key_identifier);
	der_end(out, whole);
	extension_end(out, mark);
}
