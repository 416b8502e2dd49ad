#include "common/der_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static size_t
begin(struct buffer *out, uint8_t identifier)
{
	buffer_append_byte(out, identifier);
	buffer_append_byte(out, 0);
	return out->size;
}

size_t
der_begin(struct buffer *out, uint8_t tag)
{
	return begin(out, tag | DER_CONSTRUCTED);
}

size_t
der_begin_primitive(struct buffer *out, uint8_t tag)
{
	return begin(out, tag);
}

size_t
der_begin_bits(struct buffer *out)
{
	size_t mark = begin(out, DER_BIT_STRING);

	buffer_append_byte(out, 0);
	return mark;
}

/* Writes the octets of a length (X.690 8.1.3) and returns how many there are. */
static size_t
encode_length(uint8_t octets[sizeof(size_t) + 1], size_t length)
{
	size_t count = 0;

	if (length < 0x80) {
		octets[0] = (uint8_t)length;
		return 1;
	}
	for (size_t rest = length; rest > 0; rest >>= 8)
		count++;
	octets[0] = (uint8_t)(0x80 | count);
	for (size_t i = 0; i < count; i++)
		octets[1 + i] = (uint8_t)(length >> 8 * (count - 1 - i));
	return count + 1;
}

void
der_end(struct buffer *out, size_t mark)
{
	uint8_t octets[sizeof(size_t) + 1];
	size_t content = out->size - mark, count = encode_length(octets, content);

	/* der_begin left room for a length of one octet. */
	buffer_append_space(out, count - 1);
	memmove(out->data + mark + count - 1, out->data + mark, content);
	memcpy(out->data + mark - 1, octets, count);
}

static int
compare_elements(const void *left_pointer, const void *right_pointer)
{
	const struct bytes *left = left_pointer, *right = right_pointer;
	size_t shorter = left->size < right->size ? left->size : right->size;
	int order = memcmp(left->data, right->data, shorter);

	return order ? order : (left->size > right->size) - (left->size < right->size);
}

void
der_end_set_of(struct buffer *out, size_t mark)
{
	BUFFER_CLEANUP struct buffer sorted = {0};
	struct bytes *elements = NULL;
	struct der_element element;
	size_t count = 0;
	struct der der = der_start(BYTES(out->data + mark, out->size - mark), "SET OF", NULL);

	while (!der_empty(&der) && der_take_any(&der, &element)) {
		elements = memory_resize(elements, (count + 1) * sizeof(*elements));
		elements[count++] = element.whole;
	}
	if (count > 0)
		qsort(elements, count, sizeof(*elements), compare_elements);
	for (size_t i = 0; i < count; i++)
		buffer_append(&sorted, elements[i]);
	if (sorted.size)
		memcpy(out->data + mark, sorted.data, sorted.size);
	free(elements);
	der_end(out, mark);
}

void
der_put(struct buffer *out, uint8_t tag, struct bytes content)
{
	uint8_t octets[sizeof(size_t) + 1];

	buffer_append_byte(out, tag);
	buffer_append(out, BYTES(octets, encode_length(octets, content.size)));
	buffer_append(out, content);
}

void
der_put_text(struct buffer *out, uint8_t tag, const char *text)
{
	der_put(out, tag, bytes_text(text));
}

void
der_put_integer(struct buffer *out, struct bytes octets)
{
	der_put(out, DER_INTEGER, octets);
}

void
der_put_magnitude(struct buffer *out, struct bytes magnitude)
{
	size_t mark;

	while (magnitude.size > 0 && magnitude.data[0] == 0)
		magnitude = BYTES(magnitude.data + 1, magnitude.size - 1);
	mark = begin(out, DER_INTEGER);
	if (magnitude.size == 0 || (magnitude.data[0] & 0x80))
		buffer_append_byte(out, 0);
	buffer_append(out, magnitude);
	der_end(out, mark);
}

void
der_put_small(struct buffer *out, uint32_t value)
{
	uint8_t octets[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
		(uint8_t)value};

	der_put_magnitude(out, BYTES(octets, sizeof(octets)));
}

void
der_put_oid(struct buffer *out, struct bytes oid)
{
	der_put(out, DER_OBJECT, oid);
}

void
der_put_null(struct buffer *out)
{
	der_put(out, DER_NULL, BYTES_NONE);
}

void
der_put_true(struct buffer *out)
{
	der_put(out, DER_BOOLEAN, BYTES("\xff", 1));
}

void
der_put_octets(struct buffer *out, struct bytes octets)
{
	der_put(out, DER_OCTET_STRING, octets);
}

void
der_put_bits(struct buffer *out, struct bytes octets)
{
	size_t mark = der_begin_bits(out);

	buffer_append(out, octets);
	der_end(out, mark);
}

void
der_put_named_bits(struct buffer *out, uint32_t bits)
{
	uint8_t octets[5] = {0};
	size_t count = 0;

	for (size_t bit = 0; bit < 32; bit++) {
		if (!(bits & UINT32_C(1) << bit))
			continue;
		octets[1 + bit / 8] |= (uint8_t)(0x80 >> bit % 8);
		octets[0] = (uint8_t)(7 - bit % 8);
		count = bit / 8 + 1;
	}
	der_put(out, DER_BIT_STRING, BYTES(octets, 1 + count));
}

void
der_put_algorithm(struct buffer *out, struct bytes oid, bool null_parameters)
{
	size_t mark = der_begin(out, DER_SEQUENCE);

	der_put_oid(out, oid);
	if (null_parameters)
		der_put_null(out);
	der_end(out, mark);
}
