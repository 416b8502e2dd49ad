/*
 * Writing DER into a buffer, front to back.
 *
 * A constructed element is opened with der_begin and closed with der_end, which
 * puts the length in. Nothing can fail: memory is the buffer's matter, and what
 * is written is ours.
 */
#pragma once

#include "common/buffer.h"
#include "common/der.h"

/* Opens a constructed element; `tag` is a der_tag or DER_CONTEXT(n). Returns the mark for der_end. */
size_t der_begin(struct buffer *out, uint8_t tag);

/* Opens an element whose content is other encoded elements but which is itself primitive, such as
 * an OCTET STRING around an extension value. Closed with der_end. */
size_t der_begin_primitive(struct buffer *out, uint8_t tag);

/* Opens a BIT STRING without unused bits. Closed with der_end. */
size_t der_begin_bits(struct buffer *out);

/* Closes what was opened last with this mark. */
void der_end(struct buffer *out, size_t mark);

/* Closes a SET OF: sorts its elements as X.690 11.6 asks, then puts the length in. */
void der_end_set_of(struct buffer *out, size_t mark);

/* Appends a primitive element. */
void der_put(struct buffer *out, uint8_t tag, struct bytes content);

/* Appends a primitive string element of a NUL-ended text. */
void der_put_text(struct buffer *out, uint8_t tag, const char *text);

/* Appends an INTEGER from content octets taken with der_take_integer. */
void der_put_integer(struct buffer *out, struct bytes octets);

/* Appends a non-negative INTEGER from a big-endian magnitude of any size. */
void der_put_magnitude(struct buffer *out, struct bytes magnitude);

/* Appends a small non-negative INTEGER. */
void der_put_small(struct buffer *out, uint32_t value);

/* Appends an OBJECT IDENTIFIER from its content octets. */
void der_put_oid(struct buffer *out, struct bytes oid);

/* Appends a NULL. */
void der_put_null(struct buffer *out);

/* Appends BOOLEAN TRUE; FALSE is never written, being the default wherever we write one. */
void der_put_true(struct buffer *out);

/* Appends an OCTET STRING. */
void der_put_octets(struct buffer *out, struct bytes octets);

/* Appends a BIT STRING without unused bits. */
void der_put_bits(struct buffer *out, struct bytes octets);

/* Appends a BIT STRING of named bits (named bit n is 1 << n), without trailing zero bits. */
void der_put_named_bits(struct buffer *out, uint32_t bits);

/* Appends an AlgorithmIdentifier with NULL parameters or without any. */
void der_put_algorithm(struct buffer *out, struct bytes oid, bool null_parameters);
