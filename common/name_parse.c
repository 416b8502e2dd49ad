#include "common/name_parse.h"

#include <stdio.h>
#include <string.h>

#include "common/der.h"
#include "common/der_writer.h"
#include "common/directory_string.h"
#include "common/hex.h"
#include "common/oid.h"

#define OBJECT "distinguished name"

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

/* What has more is no name for those that read it (name.c). */
static int
refuse_more(const struct parser *parser, int most, const char *what)
{
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "at most %d %s", most, what);
	return refuse(parser, wanted, "one more");
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
	size_t mark = der_begin(out, DER_SET), count = 0;

	do {
		if (count++ == LIMIT_RDN_ATTRIBUTES)
			return refuse_more(parser, LIMIT_RDN_ATTRIBUTES, "attributes in an RDN");
		if (parse_attribute(parser, out) != DONE)
			return REFUSED;
	} while (take_separator(parser, '+'));
	der_end_set_of(out, mark);
	return DONE;
}

static int
parse_rdns(struct parser *parser, struct buffer *out)
{
	size_t count = 0;

	skip_blanks(parser);
	if (take_separator(parser, '/'))
		parser->separator = '/';
	else if (*parser->next == '\0')
		return DONE;
	do {
		if (count++ == LIMIT_RDNS)
			return refuse_more(parser, LIMIT_RDNS, "RDNs");
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
