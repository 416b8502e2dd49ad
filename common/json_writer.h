/*
 * JSON (RFC 8259) appended to a buffer, for what is written too often to build
 * a tree of it.
 *
 * There is no state: whether a comma is due is told by what the buffer ends
 * with. `key` is the member's name, ASCII that needs no escape, or NULL in an
 * array and at the top. Opening and closing in pairs is the caller's part.
 */
#pragma once

#include "common/buffer.h"

/* Appends what stands in front of a value: a comma where one is due, and the key, of which data NULL is
 * none. What is below does it. */
void json_writer_begin(struct buffer *out, struct bytes key);

static inline void
json_writer_open_object(struct buffer *out, const char *key)
{
	json_writer_begin(out, bytes_text(key));
	buffer_append_byte(out, '{');
}

static inline void
json_writer_close_object(struct buffer *out)
{
	buffer_append_byte(out, '}');
}

static inline void
json_writer_open_array(struct buffer *out, const char *key)
{
	json_writer_begin(out, bytes_text(key));
	buffer_append_byte(out, '[');
}

static inline void
json_writer_close_array(struct buffer *out)
{
	buffer_append_byte(out, ']');
}

/*
 * Appends a string of any bytes: quotation mark, backslash and control characters are escaped, and
 * each byte that is not UTF-8 becomes U+FFFD.
 */
void json_writer_text(struct buffer *out, const char *key, struct bytes text);

/* Appends such a string alone, with no regard to what stands before it. */
void json_writer_quote(struct buffer *out, struct bytes text);

/* Appends a string that like a key is of ASCII that needs no escape: a word of ours. */
void json_writer_word(struct buffer *out, const char *key, const char *word);

/* Appends a string of the bytes' lower-case hexadecimal digits. */
void json_writer_hex(struct buffer *out, const char *key, struct bytes bytes);

/* Appends a string of the bytes in base64 (RFC 4648 4). */
void json_writer_base64(struct buffer *out, const char *key, struct bytes bytes);

static inline void
json_writer_number(struct buffer *out, const char *key, int64_t number)
{
	json_writer_begin(out, bytes_text(key));
	buffer_append_decimal(out, number);
}

/* Appends thousandths as a number with three decimals; they are not negative. */
void json_writer_thousandths(struct buffer *out, const char *key, int64_t thousandths);

static inline void
json_writer_boolean(struct buffer *out, const char *key, bool value)
{
	json_writer_begin(out, bytes_text(key));
	buffer_append_text(out, value ? "true" : "false");
}

static inline void
json_writer_null(struct buffer *out, const char *key)
{
	json_writer_begin(out, bytes_text(key));
	buffer_append_text(out, "null");
}
