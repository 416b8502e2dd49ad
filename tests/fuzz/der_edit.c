#include "tests/fuzz/der_edit.h"

#include <string.h>

#include "common/der.h"
#include "common/oid.h"
#include "tests/fuzz/fuzz.h"

#define ELEMENTS_MAX 1024 /* of an input that are chosen from */
#define DEPTH_MAX    64   /* deeper ones are left alone */
#define GROWTH_MAX   64   /* bytes by which a content may grow */
#define REPEATED_MAX 80   /* more than any list of ours may have */
#define WRAPPED_MAX  40   /* more than may nest */

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* --- reading ---------------------------------------------------------------------- */

static bool
holds(struct bytes outer, struct bytes inner)
{
	return inner.data >= outer.data && inner.data + inner.size <= outer.data + outer.size;
}

static bool
same_place(struct bytes left, struct bytes right)
{
	return left.data == right.data && left.size == right.size;
}

static bool
is_all_elements(struct bytes bytes)
{
	struct der der = der_start(bytes, "elements", NULL);
	struct der_element element;

	while (!der_empty(&der))
		if (!der_take_any(&der, &element))
			return false;
	return bytes.size > 0;
}

/* Returns the elements inside of one, which may be hidden in a string; empty: there are none. */
static struct bytes
inside_of(const struct der_element *element)
{
	struct bytes content = element->content;

	if (element->constructed)
		return content;
	if (element->tag == DER_BIT_STRING && content.size > 0)
		content = BYTES(content.data + 1, content.size - 1);
	else if (element->tag != DER_OCTET_STRING)
		return BYTES_NONE;
	return is_all_elements(content) ? content : BYTES_NONE;
}

/* --- writing ---------------------------------------------------------------------- */

static void
put_length(struct buffer *out, size_t size, unsigned octets)
{
	buffer_append_byte(out, (uint8_t)(0x80 | octets));
	for (unsigned i = octets; i-- > 0;)
		buffer_append_byte(out, (uint8_t)(size >> 8 * i));
}

/* Appends identifier and the shortest length, as DER has it. */
static void
put_head(struct buffer *out, uint8_t identifier, size_t size)
{
	unsigned octets = 1;

	buffer_append_byte(out, identifier);
	if (size < 0x80) {
		buffer_append_byte(out, (uint8_t)size);
		return;
	}
	while (octets < 4 && size >> 8 * octets)
		octets++;
	put_length(out, size, octets);
}

static void
put_indefinite(struct buffer *out, uint8_t identifier, struct bytes content)
{
	static const uint8_t end[2];

	buffer_append_byte(out, identifier | DER_CONSTRUCTED);
	buffer_append_byte(out, 0x80);
	buffer_append(out, content);
	buffer_append(out, BYTES(end, sizeof(end)));
}

static uint8_t
identifier_of(const struct der_element *element)
{
	return element->whole.data[0];
}

/* Appends an element with another content, in its own kind of length. */
static void
put_like(struct buffer *out, const struct der_element *element, struct bytes content)
{
	if (element->indefinite) {
		put_indefinite(out, identifier_of(element), content);
		return;
	}
	put_head(out, identifier_of(element), content.size);
	buffer_append(out, content);
}

/* --- splicing --------------------------------------------------------------------- */

static void splice_level(struct buffer *out, struct bytes level, struct bytes old,
	struct bytes replacement, unsigned depth);

/* Appends the element in which `old` lies. */
static void
splice_element(struct buffer *out, const struct der_element *element, struct bytes old,
	struct bytes replacement, unsigned depth)
{
	struct bytes content = element->content, inside = inside_of(element);
	BUFFER_CLEANUP struct buffer changed = {0};
	const uint8_t *behind = old.data + old.size;

	if (depth < DEPTH_MAX && inside.size > 0 && holds(inside, old) &&
		!same_place(inside, old)) {
		buffer_append(&changed, BYTES(content.data, (size_t)(inside.data - content.data)));
		splice_level(&changed, inside, old, replacement, depth + 1);
	} else {
		buffer_append(&changed, BYTES(content.data, (size_t)(old.data - content.data)));
		buffer_append(&changed, replacement);
		buffer_append(
			&changed, BYTES(behind, (size_t)(content.data + content.size - behind)));
	}
	put_like(out, element, buffer_bytes(&changed));
}

static void
splice_level(struct buffer *out, struct bytes level, struct bytes old, struct bytes replacement,
	unsigned depth)
{
	struct der der = der_start(level, "elements", NULL);
	struct der_element element;

	while (!der_empty(&der)) {
		if (!der_take_any(&der, &element)) {
			buffer_append(out, BYTES(der.next, (size_t)(der.end - der.next)));
			return;
		}
		if (same_place(element.whole, old))
			buffer_append(out, replacement);
		else if (holds(element.content, old) && old.size > 0)
			splice_element(out, &element, old, replacement, depth);
		else
			buffer_append(out, element.whole);
	}
}

void
der_edit_splice(struct buffer *out, struct bytes der, struct bytes old, struct bytes replacement)
{
	splice_level(out, der, old, replacement, 0);
}

/* --- changing --------------------------------------------------------------------- */

struct elements {
	struct der_element list[ELEMENTS_MAX];
	size_t count;
};

static void
collect(struct elements *out, struct bytes level, unsigned depth)
{
	struct der der = der_start(level, "elements", NULL);

	while (!der_empty(&der) && out->count < ELEMENTS_MAX) {
		struct der_element *element = &out->list[out->count];

		if (!der_take_any(&der, element))
			return;
		out->count++;
		if (depth < DEPTH_MAX)
			collect(out, inside_of(element), depth + 1);
	}
}

/* One change, whose result is appended to `out`. */
struct change {
	struct buffer *out;
	const struct der_element *element;
	const struct elements *all;
	struct dice *dice;
};

static const struct der_element *
any_element(struct change *change)
{
	return &change->all->list[dice_below(change->dice, change->all->count)];
}

static void
leave_out(struct change *change)
{
}

static void
repeat(struct change *change)
{
	size_t times = dice_once_in(change->dice, 8) ? REPEATED_MAX : 2;

	for (size_t i = 0; i < times; i++)
		buffer_append(change->out, change->element->whole);
}

static void
replace_by_other(struct change *change)
{
	buffer_append(change->out, any_element(change)->whole);
}

static void
put_other_before(struct change *change)
{
	buffer_append(change->out, any_element(change)->whole);
	buffer_append(change->out, change->element->whole);
}

static void
take_content_of_other(struct change *change)
{
	put_like(change->out, change->element, any_element(change)->content);
}

static void
change_tag(struct change *change)
{
	static const uint8_t tags[] = {DER_BOOLEAN, DER_INTEGER, DER_BIT_STRING, DER_OCTET_STRING,
		DER_NULL, DER_OBJECT, DER_UTF8_STRING, DER_PRINTABLE_STRING, DER_IA5_STRING,
		DER_TELETEX_STRING, DER_UNIVERSAL_STRING, DER_BMP_STRING, DER_UTC_TIME,
		DER_GENERALIZED_TIME, DER_SEQUENCE | DER_CONSTRUCTED, DER_SET | DER_CONSTRUCTED,
		DER_CONTEXT(0), DER_CONTEXT(0) | DER_CONSTRUCTED, DER_CONTEXT(1) | DER_CONSTRUCTED,
		DER_CONTEXT(2), DER_CONTEXT(3) | DER_CONSTRUCTED};
	uint8_t identifier = dice_once_in(change->dice, 4)
		? (uint8_t)dice_below(change->dice, 256)
		: tags[dice_below(change->dice, COUNT(tags))];

	put_head(change->out, identifier, change->element->content.size);
	buffer_append(change->out, change->element->content);
}

static void
change_form(struct change *change)
{
	put_head(change->out, identifier_of(change->element) ^ DER_CONSTRUCTED,
		change->element->content.size);
	buffer_append(change->out, change->element->content);
}

static void
lengthen_length(struct change *change)
{
	buffer_append_byte(change->out, identifier_of(change->element));
	put_length(change->out, change->element->content.size,
		1 + (unsigned)dice_below(change->dice, 6));
	buffer_append(change->out, change->element->content);
}

static void
lie_about_length(struct change *change)
{
	static const size_t lies[] = {
		0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};
	size_t size = change->element->content.size;

	buffer_append_byte(change->out, identifier_of(change->element));
	if (dice_once_in(change->dice, 2))
		put_length(change->out, size + dice_below(change->dice, 5) - 2, 2);
	else
		put_length(change->out, lies[dice_below(change->dice, COUNT(lies))], 4);
	buffer_append(change->out, change->element->content);
}

static void
make_indefinite(struct change *change)
{
	put_indefinite(change->out, identifier_of(change->element), change->element->content);
}

/* As a constructed string of two chunks, which may be in indefinite lengths or constructed too. */
static void
cut_into_chunks(struct change *change)
{
	struct bytes content = change->element->content;
	size_t first = content.size > 0 ? dice_below(change->dice, content.size) : 0;
	BUFFER_CLEANUP struct buffer chunks = {0}, outer = {0};

	put_head(&chunks, DER_OCTET_STRING, first);
	buffer_append(&chunks, BYTES(content.data, first));
	put_head(&chunks, DER_OCTET_STRING, content.size - first);
	buffer_append(&chunks, BYTES(content.data + first, content.size - first));
	if (dice_once_in(change->dice, 2)) {
		put_indefinite(&outer, DER_OCTET_STRING, buffer_bytes(&chunks));
		put_indefinite(change->out, identifier_of(change->element), buffer_bytes(&outer));
	} else {
		put_head(
			change->out, identifier_of(change->element) | DER_CONSTRUCTED, chunks.size);
		buffer_append(change->out, buffer_bytes(&chunks));
	}
}

static void
wrap(struct change *change)
{
	size_t times = dice_once_in(change->dice, 4) ? WRAPPED_MAX : 1;
	uint8_t identifier = dice_once_in(change->dice, 2) ? identifier_of(change->element)
							   : DER_SEQUENCE | DER_CONSTRUCTED;
	BUFFER_CLEANUP struct buffer inner = {0};

	buffer_append(&inner, change->element->whole);
	for (size_t i = 0; i < times; i++) {
		BUFFER_CLEANUP struct buffer outer = {0}, swapped = inner;

		put_head(&outer, identifier, swapped.size);
		buffer_append(&outer, buffer_bytes(&swapped));
		inner = outer;
		outer = (struct buffer){0};
	}
	buffer_append(change->out, buffer_bytes(&inner));
}

static void
unwrap(struct change *change)
{
	buffer_append(change->out, change->element->content);
}

static void
empty(struct change *change)
{
	put_head(change->out, identifier_of(change->element), 0);
}

/* A number that is often at a limit, or the name of something. */
static void
take_known_value(struct change *change)
{
	static const struct {
		uint8_t octets[9];
		size_t size;
	} numbers[] = {{{0}, 1}, {{1}, 1}, {{2}, 1}, {{3}, 1}, {{0x7f}, 1}, {{0x80}, 1},
		{{0xff}, 1}, {{0, 0x80}, 2}, {{0, 0, 1}, 3}, {{0x7f, 0xff, 0xff, 0xff}, 4},
		{{0x80, 0, 0, 0}, 4}, {{0, 0xff, 0xff, 0xff, 0xff}, 5},
		{{0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 8}};
	size_t chosen = dice_below(change->dice, COUNT(numbers));
	struct bytes value = BYTES(numbers[chosen].octets, numbers[chosen].size);

	if (change->element->tag == DER_OBJECT)
		value = oid_bytes((enum oid)(1 + dice_below(change->dice, OID_COUNT - 1)));
	put_like(change->out, change->element, value);
}

static void
change_bytes(struct change *change)
{
	BUFFER_CLEANUP struct buffer changed = {0};
	struct bytes content = change->element->content;
	uint8_t *space = buffer_append_space(&changed, content.size + GROWTH_MAX);

	if (content.size > 0)
		memcpy(space, content.data, content.size);
	changed.size = LLVMFuzzerMutate(space, content.size, content.size + GROWTH_MAX);
	put_like(change->out, change->element, buffer_bytes(&changed));
}

static void (*const changes[])(struct change *change) = {leave_out, repeat, replace_by_other,
	put_other_before, take_content_of_other, change_tag, change_form, lengthen_length,
	lie_about_length, make_indefinite, cut_into_chunks, wrap, unwrap, empty, take_known_value,
	take_known_value, change_bytes, change_bytes, change_bytes, change_bytes};

static void
change_anything(struct buffer *out, struct bytes bytes)
{
	uint8_t *space = buffer_append_space(out, bytes.size + GROWTH_MAX);

	if (bytes.size > 0)
		memcpy(space, bytes.data, bytes.size);
	out->size -= bytes.size + GROWTH_MAX;
	out->size += LLVMFuzzerMutate(space, bytes.size, bytes.size + GROWTH_MAX);
}

void
der_edit_change(struct buffer *out, struct bytes der, struct dice *dice)
{
	static struct elements elements;
	BUFFER_CLEANUP struct buffer changed = {0};
	struct change change = {.out = &changed, .all = &elements, .dice = dice};

	elements.count = 0;
	collect(&elements, der, 0);
	if (elements.count == 0) {
		change_anything(out, der);
		return;
	}
	change.element = any_element(&change);
	changes[dice_below(dice, COUNT(changes))](&change);
	der_edit_splice(out, der, change.element->whole, buffer_bytes(&changed));
}
