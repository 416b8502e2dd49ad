/*
 * Reading BER and DER from a stranger.
 *
 * A cursor walks over the elements of one level and hands out views into the
 * input: nothing is copied, nothing is allocated, except where a constructed
 * OCTET STRING must be joined. Indefinite lengths and constructed strings are
 * accepted, since iOS and BouncyCastle send them; nesting and pieces are bounded; high tag
 * numbers and lengths beyond the input are refused. Every refusal names the
 * object being read and the byte offset in the outermost input.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/der_tag.h"
#include "common/diag.h"
#include "common/limit.h"

/* One element. Both views point into the input. */
struct der_element {
	uint8_t tag; /* a der_tag or DER_CONTEXT(n) */
	bool constructed;
	bool indefinite;      /* BER length 80 00..00 00 */
	size_t offset;        /* of the identifier octet, in the outermost input */
	struct bytes whole;   /* identifier, length, content (and end-of-contents) */
	struct bytes content; /* without end-of-contents */
};

/* Where one level stands. Copying it is a bookmark. */
struct der {
	const uint8_t *origin; /* first byte of the outermost input */
	const uint8_t *next;
	const uint8_t *end;
	unsigned depth;
	const char *object; /* what is being read, for the diag; outlives the cursor */
	struct diag *diag;  /* may be NULL */
};

/* AlgorithmIdentifier: SEQUENCE { OID, parameters ANY OPTIONAL }. */
struct der_algorithm {
	struct bytes whole;      /* the SEQUENCE */
	struct bytes oid;        /* content octets of the OID */
	struct bytes parameters; /* the whole parameters element; empty when absent */
};

/*
 * Starts a cursor at `input`. `object` names it in refusals ("pkiMessage"); `diag` gets their
 * words. Both must outlive the cursor.
 */
struct der der_start(struct bytes input, const char *object, struct diag *diag);

/*
 * The der_take family below reads the next element and moves on. Each returns false, with the
 * diag filled, when there is none, when it is another one, or when it is badly encoded; the
 * cursor is then of no further use.
 */

/* Returns whether all elements of this level were taken. */
bool der_empty(const struct der *der);

/* Returns false, with the diag filled, unless all elements of this level were taken. */
bool der_finish(struct der *der);

/* Returns whether the next element has this tag, without taking it. */
bool der_next_is(const struct der *der, uint8_t tag);

/* Takes an element of any tag. */
bool der_take_any(struct der *der, struct der_element *out);

/* Takes an element with this tag. */
bool der_take(struct der *der, uint8_t tag, struct der_element *out);

/* Takes a constructed element with this tag and starts a cursor inside it. */
bool der_enter(struct der *der, uint8_t tag, struct der *inside);

/* Starts a cursor inside an element taken from `der`; false when it is nested too deep. */
bool der_open(const struct der *der, const struct der_element *element, struct der *inside);

/*
 * Takes an INTEGER and gives its content octets as sent (big-endian two's complement).
 * An INTEGER of no octets is refused.
 */
bool der_take_integer(struct der *der, struct bytes *out);

/* The same for a certificate's serial number; one of more than LIMIT_SERIAL octets is refused. */
bool der_take_serial(struct der *der, struct bytes *out);

/* Takes an INTEGER between 0 and 2^31 - 1. */
bool der_take_small(struct der *der, uint32_t *out);

/* Takes an OBJECT IDENTIFIER of at most LIMIT_OID octets and gives its content octets. */
bool der_take_oid(struct der *der, struct bytes *out);

/* Takes a BOOLEAN. */
bool der_take_boolean(struct der *der, bool *out);

/* Takes an AlgorithmIdentifier. */
bool der_take_algorithm(struct der *der, struct der_algorithm *out);

/*
 * Takes an OCTET STRING, or with `tag` DER_CONTEXT(n) an implicitly tagged one. Chunks of a
 * constructed one are joined in `storage`, which must be empty, own its memory and live as long
 * as `out`; with a NULL `storage` a constructed one is refused. A primitive one is a view into
 * the input. One of more than LIMIT_CHUNKS pieces is refused.
 */
bool der_take_octets(struct der *der, uint8_t tag, struct buffer *storage, struct bytes *out);

/* Takes a primitive BIT STRING with no unused bits and gives its octets. */
bool der_take_bits(struct der *der, struct bytes *out);

/*
 * Takes a BIT STRING of named bits and gives them as a number in which named bit n is 1 << n;
 * bits beyond 31 are dropped.
 */
bool der_take_named_bits(struct der *der, uint32_t *out);

/* Fills the cursor's diag for the next element and returns false, so that a check can return it. */
bool der_refuse(struct der *der, const char *wanted, const char *found, ...)
	__attribute__((format(printf, 3, 4)));
