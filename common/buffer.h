/*
 * Bytes: a view of memory that belongs to somebody else, and a buffer that
 * grows and belongs to its holder.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A borrowed run of bytes; valid as long as the memory it points into. */
struct bytes {
	const uint8_t *data;
	size_t size;
};

/* An owned run of bytes. All zero is an empty buffer. */
struct buffer {
	uint8_t *data;
	size_t size;
	size_t capacity;
};

#define BYTES(pointer, length) ((struct bytes){(const uint8_t *)(pointer), (length)})
#define BYTES_NONE             ((struct bytes){0})

/* A buffer that is released when its name goes out of scope. */
#define BUFFER_CLEANUP __attribute__((cleanup(buffer_done)))

/* The same for keys and passwords, which are overwritten then. */
#define BUFFER_SECRET_CLEANUP __attribute__((cleanup(buffer_done_secret)))

/* Returns a view of a NUL-ended text, without the NUL; NULL gives an empty view. */
static inline struct bytes
bytes_text(const char *text)
{
	return BYTES(text, text ? strlen(text) : 0);
}

/* Returns whether both views hold the same bytes. Not constant in time. */
bool bytes_equal(struct bytes left, struct bytes right);

/* Returns whether both views hold the same bytes, in a time that depends on the sizes alone. */
bool bytes_equal_secret(struct bytes left, struct bytes right);

/* Returns a view of what the buffer holds now; any growth makes it stale. */
struct bytes buffer_bytes(const struct buffer *buffer);

/* Moves the data to where there is room for `size` more bytes: buffer_reserve's own. */
void buffer_grow(struct buffer *buffer, size_t size);

/* Makes room for `size` more bytes, so that the next appends do not move the data: and for one more, so
 * that buffer_text never does. */
static inline void
buffer_reserve(struct buffer *buffer, size_t size)
{
	if (!buffer->data || size >= buffer->capacity - buffer->size)
		buffer_grow(buffer, size);
}

/* Appends a copy of `bytes`, which must not lie in the buffer itself. */
static inline void
buffer_append(struct buffer *buffer, struct bytes bytes)
{
	if (bytes.size == 0)
		return;
	buffer_reserve(buffer, bytes.size);
	memcpy(buffer->data + buffer->size, bytes.data, bytes.size);
	buffer->size += bytes.size;
}

/* Appends one byte. */
static inline void
buffer_append_byte(struct buffer *buffer, uint8_t byte)
{
	buffer_reserve(buffer, 1);
	buffer->data[buffer->size++] = byte;
}

/* Appends a NUL-ended text without its NUL. */
static inline void
buffer_append_text(struct buffer *buffer, const char *text)
{
	buffer_append(buffer, bytes_text(text));
}

/* Appends what printf would print. */
void buffer_append_format(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

/* Appends the number in decimal digits; many times faster than buffer_append_format. */
void buffer_append_decimal(struct buffer *buffer, int64_t number);

/* Appends `size` zero bytes and returns where they start, for the caller to fill at once. */
uint8_t *buffer_append_space(struct buffer *buffer, size_t size);

/* Puts a NUL behind the data, not counted in `size`, and returns the data as text. */
char *buffer_text(struct buffer *buffer);

/* Forgets the content and keeps the memory. */
void buffer_clear(struct buffer *buffer);

/* Releases the memory; the buffer is empty and usable afterwards. */
void buffer_done(struct buffer *buffer);

/* As buffer_done, after overwriting the content: for keys and passwords. */
void buffer_done_secret(struct buffer *buffer);

/* Appends the bytes as lower-case hexadecimal digits. */
void buffer_append_hex(struct buffer *buffer, struct bytes bytes);
