#include "common/alternative_name.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "common/der_text.h"
#include "common/der_writer.h"
#include "common/directory_string.h"
#include "common/oid.h"

#define OBJECT "subjectAltName"

/* Returns whether the octets can stand in a text as they are. */
static bool
is_visible(struct bytes text, uint8_t highest)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < 0x20 || text.data[i] == 0x7f || text.data[i] > highest)
			return false;
	return text.size > 0;
}

static bool
put_ia5(struct buffer *out, uint8_t tag, char *value)
{
	if (!is_visible(bytes_text(value), 0x7e))
		return false;
	der_put_text(out, tag, value);
	return true;
}

static bool
show_ia5(struct buffer *out, const struct der_element *name)
{
	if (name->constructed || !is_visible(name->content, 0x7e))
		return false;
	buffer_append(out, name->content);
	return true;
}

static bool
put_address(struct buffer *out, uint8_t tag, char *value)
{
	uint8_t octets[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, value, octets) == 1)
		der_put(out, tag, BYTES(octets, sizeof(struct in_addr)));
	else if (inet_pton(AF_INET6, value, octets) == 1)
		der_put(out, tag, BYTES(octets, sizeof(struct in6_addr)));
	else
		return false;
	return true;
}

static bool
show_address(struct buffer *out, const struct der_element *name)
{
	char text[INET6_ADDRSTRLEN];
	int family = name->content.size == sizeof(struct in_addr) ? AF_INET : AF_INET6;

	if (name->constructed ||
		(family == AF_INET6 && name->content.size != sizeof(struct in6_addr)))
		return false;
	buffer_append_text(out, inet_ntop(family, name->content.data, text, sizeof(text)));
	return true;
}

/* otherName: the OID, and a UTF8String in [0] EXPLICIT. */
static bool
put_principal(struct buffer *out, uint8_t tag, char *value)
{
	size_t name = der_begin(out, tag), explicit;

	if (!is_visible(bytes_text(value), 0xff))
		return false;
	der_put_oid(out, oid_bytes(OID_MICROSOFT_USER_PRINCIPAL_NAME));
	explicit = der_begin(out, DER_CONTEXT(0));
	if (!directory_string_put(out, DER_UTF8_STRING, bytes_text(value)))
		return false;
	der_end(out, explicit);
	der_end(out, name);
	return true;
}

static bool
show_principal(struct buffer *out, const struct der_element *name)
{
	struct der der = der_start(name->content, OBJECT, NULL), explicit;
	BUFFER_CLEANUP struct buffer text = {0};
	struct der_element value;
	struct bytes type;

	if (!name->constructed || !der_take_oid(&der, &type) ||
		oid_find(type) != OID_MICROSOFT_USER_PRINCIPAL_NAME ||
		!der_enter(&der, DER_CONTEXT(0), &explicit) || !der_finish(&der) ||
		!der_take_any(&explicit, &value) || !der_finish(&explicit) ||
		!der_text(&text, &value) || !is_visible(buffer_bytes(&text), 0xff))
		return false;
	buffer_append(out, buffer_bytes(&text));
	return true;
}

static bool
put_registered(struct buffer *out, uint8_t tag, char *value)
{
	BUFFER_CLEANUP struct buffer octets = {0};

	if (!oid_encode(&octets, value))
		return false;
	der_put(out, tag, buffer_bytes(&octets));
	return true;
}

static bool
show_registered(struct buffer *out, const struct der_element *name)
{
	enum oid known = oid_find(name->content);

	if (name->constructed || name->content.size == 0)
		return false;
	if (known != OID_UNKNOWN)
		buffer_append_text(out, oid_dotted(known));
	else
		oid_describe(out, name->content);
	return true;
}

/* The kinds of GeneralName that have a text form here. */
static const struct kind {
	const char *prefix;
	uint8_t tag;
	bool (*put)(struct buffer *out, uint8_t tag, char *value);
	bool (*show)(struct buffer *out, const struct der_element *name);
	const char *wanted;
} kinds[] = {
	{"DNS", GENERAL_NAME_DNS, put_ia5, show_ia5, "a host name in ASCII"},
	{"email", GENERAL_NAME_EMAIL, put_ia5, show_ia5, "a mail address in ASCII"},
	{"URI", GENERAL_NAME_URI, put_ia5, show_ia5, "a URI in ASCII"},
	{"IP", GENERAL_NAME_ADDRESS, put_address, show_address, "an IPv4 or IPv6 address"},
	{"UPN", GENERAL_NAME_OTHER, put_principal, show_principal,
		"a user principal name in UTF-8"},
	{"RID", GENERAL_NAME_REGISTERED_ID, put_registered, show_registered, "a dotted OID"},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Takes "DNS:host.example" up to an unescaped comma, without blanks at its ends. */
static void
take_item(const char **next, struct buffer *out)
{
	size_t solid = 0; /* up to the last character that is no unescaped blank */

	*next += strspn(*next, " \t");
	for (; **next && **next != ','; (*next)++) {
		bool escaped = **next == '\\' && (*next)[1];

		*next += escaped;
		buffer_append_byte(out, (uint8_t) * *next);
		if (escaped || (**next != ' ' && **next != '\t'))
			solid = out->size;
	}
	out->size = solid;
}

static int
put_item(struct buffer *out, char *item, struct diag *diag)
{
	char *colon = strchr(item, ':');

	if (colon)
		*colon = '\0';
	for (size_t i = 0; colon && i < KINDS; i++) {
		if (strcasecmp(kinds[i].prefix, item) != 0)
			continue;
		if (kinds[i].put(out, kinds[i].tag, colon + 1))
			return DONE;
		return diag_refuse(
			diag, OBJECT, kinds[i].prefix, kinds[i].wanted, "\"%.128s\"", colon + 1);
	}
	return diag_refuse(diag, OBJECT, NULL,
		"DNS:, email:, URI:, IP:, UPN: or RID: and a value, separated by commas",
		"\"%.128s\"", item);
}

int
alternative_name_parse(struct buffer *out, const char *text, struct diag *diag)
{
	size_t before = out->size, mark = der_begin(out, DER_SEQUENCE);
	bool more = true;

	while (more) {
		BUFFER_CLEANUP struct buffer item = {0};

		take_item(&text, &item);
		if (put_item(out, buffer_text(&item), diag) != DONE) {
			out->size = before;
			return REFUSED;
		}
		more = *text == ',';
		text += more;
	}
	der_end(out, mark);
	return DONE;
}

static const struct kind *
find_kind(uint8_t tag)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].tag == tag)
			return &kinds[i];
	return NULL;
}

static void
append_escaped(struct buffer *out, struct bytes value)
{
	for (size_t i = 0; i < value.size; i++) {
		uint8_t c = value.data[i];
		bool edge = i == 0 || i + 1 == value.size;

		if (c == ',' || c == '\\' || (c == ' ' && edge))
			buffer_append_byte(out, '\\');
		buffer_append_byte(out, c);
	}
}

static void
append_name(struct buffer *out, const struct der_element *name)
{
	const struct kind *kind = find_kind(name->tag);
	BUFFER_CLEANUP struct buffer value = {0};

	if (kind && kind->show(&value, name)) {
		buffer_append_format(out, "%s:", kind->prefix);
		append_escaped(out, buffer_bytes(&value));
		return;
	}
	buffer_append_format(out, "[%u]:", name->tag & 0x1fu);
	buffer_append_hex(out, name->content);
}

int
alternative_name_text(struct buffer *out, struct bytes general_names, struct diag *diag)
{
	struct der der = der_start(general_names, OBJECT, diag), names;
	size_t before = out->size;
	struct der_element name;

	if (!der_enter(&der, DER_SEQUENCE, &names) || !der_finish(&der))
		return REFUSED;
	while (!der_empty(&names)) {
		if (!der_take_any(&names, &name)) {
			out->size = before;
			return REFUSED;
		}
		if (out->size > before)
			buffer_append_byte(out, ',');
		append_name(out, &name);
	}
	return DONE;
}
