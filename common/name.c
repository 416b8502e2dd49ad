#include "common/name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/der_text.h"
#include "common/der_writer.h"
#include "common/directory_string.h"
#include "common/hex.h"

#define OBJECT "distinguished name"

/* More attributes in one RDN than anybody has; beyond it a comparison could cost too much. */
#define RDN_ATTRIBUTES_MAX 16

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
take_rdn(struct der *rdns, struct attribute attributes[RDN_ATTRIBUTES_MAX], size_t *count)
{
	struct der rdn;

	if (!der_enter(rdns, DER_SET, &rdn))
		return false;
	for (*count = 0; !der_empty(&rdn); (*count)++)
		if (*count == RDN_ATTRIBUTES_MAX || !take_attribute(&rdn, &attributes[*count]))
			return false;
	return *count > 0;
}

/* What separates and introduces in a text must be escaped inside a value (RFC 4514 2.4). */
static void
append_escaped(struct buffer *out, struct bytes value)
{
	for (size_t i = 0; i < value.size; i++) {
		uint8_t c = value.data[i];
		bool edge = i == 0 || i + 1 == value.size;

		if (c < 0x20 || c == 0x7f) {
			buffer_append_format(out, "\\%02x", c);
			continue;
		}
		if (strchr(",+\"\\<>;", c) || (c == ' ' && edge) || (c == '#' && i == 0))
			buffer_append_byte(out, '\\');
		buffer_append_byte(out, c);
	}
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
	struct attribute attributes[RDN_ATTRIBUTES_MAX];
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

/* Appends a value's text with ASCII letters folded and runs of blanks made one (RFC 4518 2). */
static bool
append_folded(struct buffer *out, const struct der_element *value)
{
	BUFFER_CLEANUP struct buffer text = {0};
	bool blank = true; /* leading ones are dropped */

	if (!der_text(&text, value))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if (c != ' ' || !blank)
			buffer_append_byte(out, c < 0x80 ? (uint8_t)tolower(c) : c);
		blank = c == ' ';
	}
	if (out->size > 0 && blank)
		out->size--;
	return true;
}

static bool
attribute_equal(const struct attribute *left, const struct attribute *right)
{
	BUFFER_CLEANUP struct buffer left_text = {0}, right_text = {0};

	if (!bytes_equal(left->type, right->type))
		return false;
	if (bytes_equal(left->value.whole, right->value.whole))
		return true;
	return append_folded(&left_text, &left->value) &&
		append_folded(&right_text, &right->value) &&
		bytes_equal(buffer_bytes(&left_text), buffer_bytes(&right_text));
}

/* The attributes of an RDN are a set: each must find a partner of its own. */
static bool
rdn_equal(const struct attribute *left, const struct attribute *right, size_t count)
{
	bool taken[RDN_ATTRIBUTES_MAX] = {false};

	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < count && (taken[k] || !attribute_equal(&left[i], &right[k])))
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
	struct attribute left_rdn[RDN_ATTRIBUTES_MAX], right_rdn[RDN_ATTRIBUTES_MAX];
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
	struct attribute attributes[RDN_ATTRIBUTES_MAX];
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

/* Where the reading of a text stands. */
struct parser {
	const char *text;
	const char *next;
	char separator; /* ',', or '/' in a text that starts with one */
	struct diag *diag;
};

static int
refuse(const struct parser *parser, const char *wanted, const char *found)
{
	char clause[64];

	snprintf(clause, sizeof(clause), "at character %zu",
		(size_t)(parser->next - parser->text) + 1);
	return diag_refuse(
		parser->diag, OBJECT, clause, wanted, "%s in \"%.128s\"", found, parser->text);
}

static void
skip_blanks(struct parser *parser)
{
	parser->next += strspn(parser->next, " \t");
}

/* Reads "CN=" or "2.5.4.3=" and appends the content octets of the type. */
static int
parse_type(struct parser *parser, struct buffer *out)
{
	BUFFER_CLEANUP struct buffer name = {0};
	size_t size = strcspn(parser->next, "=,+/");
	enum oid known;

	if (parser->next[size] != '=')
		return refuse(parser, "TYPE=VALUE", "no \"=\"");
	buffer_append(&name, BYTES(parser->next, size));
	while (name.size > 0 && name.data[name.size - 1] == ' ')
		name.size--;
	known = oid_find_name(buffer_text(&name));
	if (known != OID_UNKNOWN)
		buffer_append(out, oid_bytes(known));
	else if (!oid_encode(out, buffer_text(&name)))
		return refuse(parser, "a type such as CN, O, OU, DC, emailAddress or a dotted OID",
			"an unknown type");
	parser->next += size + 1;
	skip_blanks(parser);
	return DONE;
}

/* Reads what stands behind a backslash. */
static int
parse_escape(struct parser *parser, struct buffer *value)
{
	int octet = hex_octet(parser->next + 1);

	if (parser->next[1] == '\0')
		return refuse(parser, "a character or two hexadecimal digits", "a lone backslash");
	if (octet == 0)
		return refuse(parser, "text", "a NUL");
	buffer_append_byte(value, octet < 0 ? (uint8_t)parser->next[1] : (uint8_t)octet);
	parser->next += octet < 0 ? 2 : 3;
	return DONE;
}

/* Reads a value up to its separator and drops the blanks behind it. */
static int
parse_text(struct parser *parser, struct buffer *value)
{
	size_t solid = 0; /* up to the last character that is no unescaped blank */

	while (*parser->next && *parser->next != '+' && *parser->next != parser->separator) {
		bool blank = *parser->next == ' ' || *parser->next == '\t';

		if (*parser->next == '\\') {
			if (parse_escape(parser, value) != DONE)
				return REFUSED;
		} else {
			buffer_append_byte(value, (uint8_t)*parser->next++);
		}
		if (!blank)
			solid = value->size;
	}
	value->size = solid;
	return DONE;
}

/* Reads "#" and an encoded value in hexadecimal digits. */
static int
parse_encoded(struct parser *parser, struct buffer *out)
{
	BUFFER_CLEANUP struct buffer value = {0};
	struct der_element element;
	struct der der;
	int octet;

	for (parser->next++; (octet = hex_octet(parser->next)) >= 0; parser->next += 2)
		buffer_append_byte(&value, (uint8_t)octet);
	skip_blanks(parser);
	der = der_start(buffer_bytes(&value), OBJECT, NULL);
	if (!der_take_any(&der, &element) || !der_finish(&der))
		return refuse(parser, "one DER element in hexadecimal digits behind \"#\"",
			"something else");
	buffer_append(out, element.whole);
	return DONE;
}

static bool
is_ia5_type(struct bytes attribute_type)
{
	enum oid type = oid_find(attribute_type);

	return type == OID_DOMAIN_COMPONENT || type == OID_EMAIL_ADDRESS;
}

/* RFC 5280 4.1.2.4 and appendix A.1 for the string types. */
static int
parse_value(struct parser *parser, struct buffer *out, struct bytes type)
{
	BUFFER_CLEANUP struct buffer value = {0};
	struct bytes text;

	if (*parser->next == '#')
		return parse_encoded(parser, out);
	if (parse_text(parser, &value) != DONE)
		return REFUSED;
	text = buffer_bytes(&value);
	if (is_ia5_type(type) && directory_string_put(out, DER_IA5_STRING, text))
		return DONE;
	if (!directory_string_put(out, directory_string_tag(text), text))
		return refuse(parser, "UTF-8", "a value that is none");
	return DONE;
}

static int
parse_attribute(struct parser *parser, struct buffer *out)
{
	BUFFER_CLEANUP struct buffer type = {0};
	size_t mark = der_begin(out, DER_SEQUENCE);

	skip_blanks(parser);
	if (parse_type(parser, &type) != DONE)
		return REFUSED;
	der_put_oid(out, buffer_bytes(&type));
	if (parse_value(parser, out, buffer_bytes(&type)) != DONE)
		return REFUSED;
	der_end(out, mark);
	return DONE;
}

/* Takes a separator; false when another character or the end stands there. */
static bool
take_separator(struct parser *parser, char separator)
{
	if (*parser->next != separator)
		return false;
	parser->next++;
	return true;
}

static int
parse_rdn(struct parser *parser, struct buffer *out)
{
	size_t mark = der_begin(out, DER_SET);

	do {
		if (parse_attribute(parser, out) != DONE)
			return REFUSED;
	} while (take_separator(parser, '+'));
	der_end_set_of(out, mark);
	return DONE;
}

static int
parse_rdns(struct parser *parser, struct buffer *out)
{
	skip_blanks(parser);
	if (take_separator(parser, '/'))
		parser->separator = '/';
	else if (*parser->next == '\0')
		return DONE;
	do {
		if (parse_rdn(parser, out) != DONE)
			return REFUSED;
	} while (take_separator(parser, parser->separator));
	return *parser->next ? refuse(parser, "a separator or the end", "something else") : DONE;
}

int
name_parse(struct buffer *out, const char *text, struct diag *diag)
{
	struct parser parser = {.text = text, .next = text, .separator = ',', .diag = diag};
	size_t before = out->size, mark = der_begin(out, DER_SEQUENCE);

	if (parse_rdns(&parser, out) != DONE) {
		out->size = before;
		return REFUSED;
	}
	der_end(out, mark);
	return DONE;
}
