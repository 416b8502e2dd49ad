#include "common/der.h"

#include <stdarg.h>
#include <stdio.h>

#define IDENTIFIER_TAG  0xdf /* all but the constructed bit */
#define HIGH_TAG_NUMBER 0x1f

struct der
der_start(struct bytes input, const char *object, struct diag *diag)
{
	static const uint8_t nothing[1];
	const uint8_t *data = input.data ? input.data : nothing;

	return (struct der){
		.origin = data,
		.next = data,
		.end = data + input.size,
		.object = object,
		.diag = diag,
	};
}

bool
der_refuse(struct der *der, const char *wanted, const char *found, ...)
{
	char clause[96], text[256];
	va_list arguments;

	va_start(arguments, found);
	vsnprintf(text, sizeof(text), found, arguments);
	va_end(arguments);
	snprintf(clause, sizeof(clause), "at byte %zu", (size_t)(der->next - der->origin));
	diag_refuse(der->diag, der->object, clause, wanted, "%s", text);
	return false;
}

bool
der_empty(const struct der *der)
{
	return der->next == der->end;
}

bool
der_finish(struct der *der)
{
	if (der_empty(der))
		return true;
	return der_refuse(der, "the end", "%zu bytes too many", (size_t)(der->end - der->next));
}

/* The head of an element: what X.690 8.1.2 and 8.1.3 allow and we take. */
struct head {
	uint8_t identifier;
	bool indefinite;
	size_t size;    /* of the head itself */
	size_t content; /* unless indefinite */
};

/* Returns NULL, or what is wrong with the head at `next`. */
static const char *
read_head(struct head *head, const uint8_t *next, const uint8_t *end)
{
	size_t left = (size_t)(end - next), octets;

	if (left < 2)
		return "the data ends inside an element";
	if (next[0] == 0)
		return "an end-of-contents that ends nothing";
	head->identifier = next[0];
	if ((next[0] & HIGH_TAG_NUMBER) == HIGH_TAG_NUMBER)
		return "a tag number above 30";
	head->indefinite = next[1] == 0x80;
	head->size = 2;
	head->content = next[1] & 0x7f;
	if (head->indefinite)
		return (next[0] & DER_CONSTRUCTED) ? NULL
						   : "an indefinite length on a primitive element";
	if (next[1] & 0x80) {
		octets = head->content;
		if (octets > 4 || octets > left - 2)
			return "a length field beyond the data";
		head->content = 0;
		for (size_t i = 0; i < octets; i++)
			head->content = head->content << 8 | next[2 + i];
		head->size += octets;
	}
	return head->content <= left - head->size ? NULL : "a length beyond the data";
}

static bool
is_end_of_contents(const uint8_t *next, const uint8_t *end)
{
	return end - next >= 2 && next[0] == 0 && next[1] == 0;
}

/*
 * Finds the end-of-contents of an indefinite element whose content starts at `next`, by walking
 * over everything inside; NULL when it is missing, too deep, or behind too many elements. Definite
 * elements are stepped over.
 */
static const uint8_t *
find_end_of_contents(const uint8_t *next, const uint8_t *end, unsigned depth)
{
	unsigned open = 1, walked = 0;
	struct head head;

	while (open > 0) {
		if (++walked > LIMIT_WALK)
			return NULL;
		if (is_end_of_contents(next, end)) {
			next += 2;
			open--;
			continue;
		}
		if (read_head(&head, next, end))
			return NULL;
		next += head.size;
		if (!head.indefinite)
			next += head.content;
		else if (++open + depth > LIMIT_DEPTH)
			return NULL;
	}
	return next - 2;
}

static bool
peek(struct der *der, struct der_element *out)
{
	struct head head = {0};
	const char *wrong = read_head(&head, der->next, der->end);
	const uint8_t *content = der->next + head.size, *end;
	char name[16];

	if (wrong)
		return der_refuse(der, NULL, "%s", wrong);
	/* X.690 8.9.1, 8.11.1: what is in them are elements. */
	if (head.identifier == DER_SEQUENCE || head.identifier == DER_SET)
		return der_refuse(der, "a constructed element", "a primitive %s",
			der_tag_name(name, head.identifier));
	end = head.indefinite ? find_end_of_contents(content, der->end, der->depth)
			      : content + head.content;
	if (!end)
		return der_refuse(der, NULL,
			"an indefinite length that does not end, nests over %d deep, or holds "
			"over %d elements",
			LIMIT_DEPTH, LIMIT_WALK);
	*out = (struct der_element){
		.tag = head.identifier & IDENTIFIER_TAG,
		.constructed = head.identifier & DER_CONSTRUCTED,
		.indefinite = head.indefinite,
		.offset = (size_t)(der->next - der->origin),
		.content = BYTES(content, (size_t)(end - content)),
		.whole = BYTES(der->next, (size_t)(end - der->next) + (head.indefinite ? 2 : 0)),
	};
	return true;
}

bool
der_next_is(const struct der *der, uint8_t tag)
{
	return der->next < der->end && (*der->next & IDENTIFIER_TAG) == tag;
}

/* The analyzer does not follow der_refuse into its va_list, and takes its result for true as well. */
/* NOLINTBEGIN(clang-analyzer-core.uninitialized.Assign,clang-analyzer-core.uninitialized.Branch) */

bool
der_take_any(struct der *der, struct der_element *out)
{
	if (der_empty(der))
		return der_refuse(der, "one more element", "the end");
	if (!peek(der, out))
		return false;
	der->next += out->whole.size;
	return true;
}

bool
der_take(struct der *der, uint8_t tag, struct der_element *out)
{
	char wanted[16], found[16];

	if (der_empty(der))
		return der_refuse(der, der_tag_name(wanted, tag), "the end");
	if (!der_next_is(der, tag))
		return der_refuse(der, der_tag_name(wanted, tag), "%s",
			der_tag_name(found, *der->next & IDENTIFIER_TAG));
	return der_take_any(der, out);
}

bool
der_open(const struct der *der, const struct der_element *element, struct der *inside)
{
	*inside = *der;
	inside->next = element->content.data;
	inside->end = element->content.data + element->content.size;
	inside->depth = der->depth + 1;
	if (inside->depth > LIMIT_DEPTH)
		return der_refuse(inside, NULL, "elements nested over %d deep", LIMIT_DEPTH);
	return true;
}

bool
der_enter(struct der *der, uint8_t tag, struct der *inside)
{
	struct der_element element;
	char name[16];

	if (!der_take(der, tag, &element))
		return false;
	if (!element.constructed) {
		der->next = element.whole.data;
		return der_refuse(
			der, "a constructed element", "a primitive %s", der_tag_name(name, tag));
	}
	return der_open(der, &element, inside);
}

static bool
take_primitive(struct der *der, uint8_t tag, struct der_element *out)
{
	char name[16];

	if (!der_take(der, tag, out))
		return false;
	if (!out->constructed)
		return true;
	der->next = out->whole.data;
	return der_refuse(der, "a primitive element", "a constructed %s", der_tag_name(name, tag));
}

bool
der_take_integer(struct der *der, struct bytes *out)
{
	struct der_element element;

	if (!take_primitive(der, DER_INTEGER, &element))
		return false;
	*out = element.content;
	return out->size > 0 || der_refuse(der, "at least one octet", "an INTEGER of no octets");
}

bool
der_take_serial(struct der *der, struct bytes *out)
{
	if (!der_take_integer(der, out))
		return false;
	return out->size <= LIMIT_SERIAL ||
		der_refuse(der, NULL, "a serial number of %zu octets, over %d", out->size,
			LIMIT_SERIAL);
}

bool
der_take_small(struct der *der, uint32_t *out)
{
	struct bytes octets;
	uint32_t value = 0;

	if (!der_take_integer(der, &octets))
		return false;
	if (octets.size > 4 || (octets.data[0] & 0x80))
		return der_refuse(
			der, "an INTEGER from 0 to 2147483647", "one of %zu octets", octets.size);
	for (size_t i = 0; i < octets.size; i++)
		value = value << 8 | octets.data[i];
	*out = value;
	return true;
}

/* No number in it begins with seven zero bits (X.690 8.19.2), and the last one ends. */
static bool
is_whole_oid(struct bytes octets)
{
	bool begins = true;

	for (size_t i = 0; i < octets.size; i++) {
		if (begins && octets.data[i] == 0x80)
			return false;
		begins = !(octets.data[i] & 0x80);
	}
	return octets.size > 0 && begins;
}

bool
der_take_oid(struct der *der, struct bytes *out)
{
	struct der_element element;

	if (!take_primitive(der, DER_OBJECT, &element))
		return false;
	*out = element.content;
	if (out->size > LIMIT_OID)
		return der_refuse(der, NULL, "an OBJECT IDENTIFIER of %zu octets, over %d",
			out->size, LIMIT_OID);
	return is_whole_oid(*out) ||
		der_refuse(der, "a whole OBJECT IDENTIFIER", "a cut or padded one");
}

bool
der_take_boolean(struct der *der, bool *out)
{
	struct der_element element;

	if (!take_primitive(der, DER_BOOLEAN, &element))
		return false;
	if (element.content.size != 1)
		return der_refuse(
			der, "a BOOLEAN of one octet", "%zu octets", element.content.size);
	*out = element.content.data[0] != 0;
	return true;
}

bool
der_take_algorithm(struct der *der, struct der_algorithm *out)
{
	struct der_element sequence, parameters;
	struct der inside;

	*out = (struct der_algorithm){0};
	if (!der_take(der, DER_SEQUENCE, &sequence) || !der_open(der, &sequence, &inside))
		return false;
	out->whole = sequence.whole;
	if (!der_take_oid(&inside, &out->oid))
		return false;
	if (der_empty(&inside))
		return true;
	if (!der_take_any(&inside, &parameters))
		return false;
	out->parameters = parameters.whole;
	return der_finish(&inside);
}

/* Joins the chunks of a constructed OCTET STRING (X.690 8.7.3), which may be constructed too. */
static bool
join_octets(struct der *chunks, struct buffer *storage, unsigned *count)
{
	struct der_element chunk;
	struct der inside;

	while (!der_empty(chunks)) {
		if (++*count > LIMIT_CHUNKS)
			return der_refuse(
				chunks, NULL, "an OCTET STRING in over %d pieces", LIMIT_CHUNKS);
		if (!der_take(chunks, DER_OCTET_STRING, &chunk))
			return false;
		if (!chunk.constructed)
			buffer_append(storage, chunk.content);
		else if (!der_open(chunks, &chunk, &inside) ||
			!join_octets(&inside, storage, count))
			return false;
	}
	return true;
}

bool
der_take_octets(struct der *der, uint8_t tag, struct buffer *storage, struct bytes *out)
{
	struct der_element element;
	struct der chunks;
	unsigned count = 0;

	if (storage ? !der_take(der, tag, &element) : !take_primitive(der, tag, &element))
		return false;
	if (!storage || !element.constructed) {
		*out = element.content;
		return true;
	}
	buffer_reserve(storage, element.content.size);
	if (!der_open(der, &element, &chunks) || !join_octets(&chunks, storage, &count))
		return false;
	*out = buffer_bytes(storage);
	return true;
}

/* Takes the octets of a BIT STRING behind the count of unused bits. */
static bool
take_bit_octets(struct der *der, unsigned *unused, struct bytes *out)
{
	struct der_element element;

	if (!take_primitive(der, DER_BIT_STRING, &element))
		return false;
	if (element.content.size == 0 || element.content.data[0] > 7)
		return der_refuse(der, "a count of unused bits from 0 to 7", "a bad BIT STRING");
	*unused = element.content.data[0];
	*out = BYTES(element.content.data + 1, element.content.size - 1);
	return true;
}

bool
der_take_bits(struct der *der, struct bytes *out)
{
	unsigned unused = 0;

	if (!take_bit_octets(der, &unused, out))
		return false;
	return unused == 0 || der_refuse(der, "no unused bits", "%u unused bits", unused);
}

bool
der_take_named_bits(struct der *der, uint32_t *out)
{
	struct bytes octets = BYTES_NONE;
	unsigned unused = 0;

	if (!take_bit_octets(der, &unused, &octets))
		return false;
	*out = 0;
	for (size_t bit = 0; bit < 32 && bit / 8 < octets.size; bit++)
		if (octets.data[bit / 8] & (0x80 >> bit % 8))
			*out |= UINT32_C(1) << bit;
	return true;
}

/* NOLINTEND(clang-analyzer-core.uninitialized.Assign,clang-analyzer-core.uninitialized.Branch) */
