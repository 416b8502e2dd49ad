#include "common/der_canonical.h"

#include "common/der.h"
#include "common/der_writer.h"

static bool put_elements(struct buffer *out, struct der *der);

static bool
is_constructed_type(uint8_t tag)
{
	return tag == DER_SEQUENCE || tag == DER_SET || (tag & 0xc0) == DER_CONTEXT(0);
}

/* A string in chunks becomes one in one piece (X.690 10.2). */
static bool
put_joined(struct buffer *out, struct der *der, uint8_t tag)
{
	BUFFER_CLEANUP struct buffer joined = {0};
	struct bytes octets;

	if (!der_take_octets(der, tag, &joined, &octets))
		return false;
	der_put(out, tag, octets);
	return true;
}

static bool
put_constructed(struct buffer *out, struct der *der, const struct der_element *element)
{
	struct der inside;
	size_t mark;

	if (!der_open(der, element, &inside))
		return false;
	mark = der_begin(out, element->tag);
	if (!put_elements(out, &inside))
		return false;
	if (element->tag == DER_SET)
		der_end_set_of(out, mark);
	else
		der_end(out, mark);
	return true;
}

static bool
put_element(struct buffer *out, struct der *der)
{
	struct der before = *der;
	struct der_element element;

	if (!der_take_any(der, &element))
		return false;
	if (element.constructed && !is_constructed_type(element.tag))
		return put_joined(out, &before, element.tag);
	if (element.constructed)
		return put_constructed(out, der, &element);
	if (element.tag == DER_BOOLEAN && element.content.size == 1 && element.content.data[0])
		der_put_true(out);
	else
		der_put(out, element.tag, element.content);
	return true;
}

static bool
put_elements(struct buffer *out, struct der *der)
{
	while (!der_empty(der))
		if (!put_element(out, der))
			return false;
	return true;
}

bool
der_canonical_set(struct buffer *out, struct bytes content)
{
	struct der der = der_start(content, "SET OF", NULL);
	size_t before = out->size, mark = der_begin(out, DER_SET);

	if (!put_elements(out, &der)) {
		out->size = before;
		return false;
	}
	der_end_set_of(out, mark);
	return true;
}
