#include "common/name.h"

#include <ctype.h>
#include <string.h>

#include "common/der_text.h"

#define OBJECT "distinguished name"

/* How much of what is no Name is shown. */
#define BROKEN_NAME_BYTES 16

/* AttributeTypeAndValue, RFC 5280 4.1.2.4. */
struct attribute {
	struct bytes type; /* content octets of the OID */
	struct der_element value;
};

static bool
take_attribute(struct der *rdn, struct attribute *out)
{
	struct der inside;

	return der_enter(rdn, DER_SEQUENCE, &inside) && der_take_oid(&inside, &out->type) &&
		der_take_any(&inside, &out->value) && der_finish(&inside);
}

/* Starts a cursor at the RDNs of a Name. */
static bool
start_name(struct bytes name, struct der *rdns)
{
	struct der der = der_start(name, OBJECT, NULL);

	return der_enter(&der, DER_SEQUENCE, rdns) && der_finish(&der);
}

/* Takes the attributes of one RDN, in the order in which they are encoded. */
static bool
take_rdn(struct der *rdns, struct attribute attributes[LIMIT_RDN_ATTRIBUTES], size_t *count)
{
	struct der rdn;

	if (!der_enter(rdns, DER_SET, &rdn))
		return false;
	for (*count = 0; !der_empty(&rdn); (*count)++)
		if (*count == LIMIT_RDN_ATTRIBUTES || !take_attribute(&rdn, &attributes[*count]))
			return false;
	return *count > 0;
}

bool
name_take(struct der *der, struct bytes *out)
{
	struct attribute attribute;
	struct der_element element;
	struct der rdns, rdn;

	if (!der_take(der, DER_SEQUENCE, &element) || !der_open(der, &element, &rdns))
		return false;
	for (size_t count = 0; !der_empty(&rdns); count++) {
		size_t attributes = 0;

		if (count == LIMIT_RDNS)
			return der_refuse(&rdns, NULL, "a Name of more than %d RDNs", LIMIT_RDNS);
		if (!der_enter(&rdns, DER_SET, &rdn))
			return false;
		do {
			if (attributes++ == LIMIT_RDN_ATTRIBUTES)
				return der_refuse(&rdn, NULL, "an RDN of more than %d attributes",
					LIMIT_RDN_ATTRIBUTES);
			if (!take_attribute(&rdn, &attribute))
				return false;
		} while (!der_empty(&rdn));
	}
	*out = element.whole;
	return true;
}

static bool
is_special(uint8_t c)
{
	return c == ',' || c == '+' || c == '"' || c == '\\' || c == '<' || c == '>' || c == ';';
}

/* What separates and introduces in a text must be escaped inside a value (RFC 4514 2.4). */
static void
append_escaped(struct buffer *out, struct bytes value)
{
	size_t written = 0;

	for (size_t i = 0; i < value.size; i++) {
		uint8_t c = value.data[i];
		bool edge = i == 0 || i + 1 == value.size, control = c < 0x20 || c == 0x7f;

		if (!control && !is_special(c) && !(c == ' ' && edge) && !(c == '#' && i == 0))
			continue;
		buffer_append(out, BYTES(value.data + written, i - written));
		written = i + control;
		if (control)
			buffer_append_format(out, "\\%02x", c);
		else
			buffer_append_byte(out, '\\');
	}
	if (written < value.size)
		buffer_append(out, BYTES(value.data + written, value.size - written));
}

/* A value that is no text appears as "#" and the hexadecimal digits of its encoding. */
static void
append_attribute(struct buffer *out, const struct attribute *attribute)
{
	BUFFER_CLEANUP struct buffer value = {0};

	oid_describe(out, attribute->type);
	buffer_append_byte(out, '=');
	if (der_text(&value, &attribute->value)) {
		append_escaped(out, buffer_bytes(&value));
		return;
	}
	buffer_append_byte(out, '#');
	buffer_append_hex(out, attribute->value.whole);
}

static bool
append_name(struct buffer *out, struct bytes name)
{
	struct attribute attributes[LIMIT_RDN_ATTRIBUTES];
	const char *separator = "";
	struct der rdns;
	size_t count;

	if (!start_name(name, &rdns))
		return false;
	for (; !der_empty(&rdns); separator = ", ") {
		if (!take_rdn(&rdns, attributes, &count))
			return false;
		for (size_t i = 0; i < count; i++) {
			buffer_append_text(out, i ? "+" : separator);
			append_attribute(out, &attributes[i]);
		}
	}
	return true;
}

void
name_text(struct buffer *out, struct bytes name)
{
	size_t before = out->size,
	       shown = name.size < BROKEN_NAME_BYTES ? name.size : BROKEN_NAME_BYTES;

	if (append_name(out, name))
		return;
	out->size = before;
	buffer_append_text(out, "(not a Name: ");
	buffer_append_hex(out, BYTES(name.data, shown));
	buffer_append_byte(out, ')');
}

/* The attributes of an RDN as they are compared: their texts with ASCII letters folded and runs of
 * blanks made one (RFC 4518 2), one behind the other. */
struct folded {
	const struct attribute *attributes;
	struct buffer text;
	size_t begin[LIMIT_RDN_ATTRIBUTES], size[LIMIT_RDN_ATTRIBUTES];
	bool is_text[LIMIT_RDN_ATTRIBUTES];
};

#define FOLDED_CLEANUP __attribute__((cleanup(folded_done)))

static void
folded_done(struct folded *folded)
{
	buffer_done(&folded->text);
}

/* Appends what der_text makes of a value, folded. */
static bool
append_folded(struct buffer *out, const struct der_element *value)
{
	BUFFER_CLEANUP struct buffer text = {0};
	size_t begin = out->size;
	bool blank = true; /* leading ones are dropped */

	if (!der_text(&text, value))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if (c != ' ' || !blank)
			buffer_append_byte(out, c < 0x80 ? (uint8_t)tolower(c) : c);
		blank = c == ' ';
	}
	if (out->size > begin && blank)
		out->size--;
	return true;
}

static void
fold(struct folded *out, const struct attribute *attributes, size_t count)
{
	out->attributes = attributes;
	for (size_t i = 0; i < count; i++) {
		out->begin[i] = out->text.size;
		out->is_text[i] = append_folded(&out->text, &attributes[i].value);
		out->size[i] = out->text.size - out->begin[i];
	}
}

static struct bytes
folded_text(const struct folded *folded, size_t i)
{
	/* Where all are empty there is no memory to point into. */
	return folded->size[i] ? BYTES(folded->text.data + folded->begin[i], folded->size[i])
			       : BYTES_NONE;
}

static bool
attribute_equal(const struct folded *left, size_t i, const struct folded *right, size_t k)
{
	if (!bytes_equal(left->attributes[i].type, right->attributes[k].type))
		return false;
	if (bytes_equal(left->attributes[i].value.whole, right->attributes[k].value.whole))
		return true;
	return left->is_text[i] && right->is_text[k] &&
		bytes_equal(folded_text(left, i), folded_text(right, k));
}

/* The attributes of an RDN are a set: each must find a partner of its own. */
static bool
rdn_equal(const struct attribute *left, const struct attribute *right, size_t count)
{
	FOLDED_CLEANUP struct folded left_folded = {0}, right_folded = {0};
	bool taken[LIMIT_RDN_ATTRIBUTES] = {false};

	fold(&left_folded, left, count);
	fold(&right_folded, right, count);
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < count &&
			(taken[k] || !attribute_equal(&left_folded, i, &right_folded, k)))
			k++;
		if (k == count)
			return false;
		taken[k] = true;
	}
	return true;
}

bool
name_equal(struct bytes left, struct bytes right)
{
	struct attribute left_rdn[LIMIT_RDN_ATTRIBUTES], right_rdn[LIMIT_RDN_ATTRIBUTES];
	struct der left_rdns, right_rdns;
	size_t left_count, right_count;

	if (bytes_equal(left, right))
		return true;
	if (!start_name(left, &left_rdns) || !start_name(right, &right_rdns))
		return false;
	while (!der_empty(&left_rdns) && !der_empty(&right_rdns))
		if (!take_rdn(&left_rdns, left_rdn, &left_count) ||
			!take_rdn(&right_rdns, right_rdn, &right_count) ||
			left_count != right_count || !rdn_equal(left_rdn, right_rdn, left_count))
			return false;
	return der_empty(&left_rdns) && der_empty(&right_rdns);
}

bool
name_find(struct buffer *out, struct bytes name, enum oid type)
{
	struct attribute attributes[LIMIT_RDN_ATTRIBUTES];
	struct der rdns;
	size_t count;

	if (!start_name(name, &rdns))
		return false;
	while (!der_empty(&rdns)) {
		if (!take_rdn(&rdns, attributes, &count))
			return false;
		for (size_t i = 0; i < count; i++)
			if (bytes_equal(attributes[i].type, oid_bytes(type)))
				return der_text(out, &attributes[i].value);
	}
	return false;
}
