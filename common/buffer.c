#include "common/buffer.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* Of INT64_MIN, its sign included. */
#define DECIMAL_MAX 20

bool
bytes_equal(struct bytes left, struct bytes right)
{
	return left.size == right.size &&
		(left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

bool
bytes_equal_secret(struct bytes left, struct bytes right)
{
	return left.size == right.size &&
		(left.size == 0 || CRYPTO_memcmp(left.data, right.data, left.size) == 0);
}

struct bytes
buffer_bytes(const struct buffer *buffer)
{
	return BYTES(buffer->data, buffer->size);
}

void
buffer_grow(struct buffer *buffer, size_t size)
{
	size_t capacity = buffer->capacity ? buffer->capacity : 64;

	if (size > SIZE_MAX / 2 - buffer->size)
		memory_exhausted();
	while (capacity <= buffer->size + size)
		capacity *= 2;
	buffer->data = memory_resize(buffer->data, capacity);
	buffer->capacity = capacity;
}

/* Most of what is formatted is no longer, and so is formatted once. */
#define FORMATTED_SIZE 60

void
buffer_append_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments, again;
	int size;

	va_start(arguments, format);
	va_copy(again, arguments);
	buffer_reserve(buffer, FORMATTED_SIZE);
	size = vsnprintf((char *)buffer->data + buffer->size, buffer->capacity - buffer->size,
		format, arguments);
	va_end(arguments);
	if (size < 0)
		memory_exhausted();
	if ((size_t)size >= buffer->capacity - buffer->size) {
		buffer_grow(buffer, (size_t)size);
		vsnprintf((char *)buffer->data + buffer->size, (size_t)size + 1, format, again);
	}
	va_end(again);
	buffer->size += (size_t)size;
}

void
buffer_append_decimal(struct buffer *buffer, int64_t number)
{
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	uint8_t digits[DECIMAL_MAX], *first = digits + DECIMAL_MAX;

	do
		*--first = (uint8_t)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (number < 0)
		*--first = '-';
	buffer_append(buffer, BYTES(first, (size_t)(digits + DECIMAL_MAX - first)));
}

uint8_t *
buffer_append_space(struct buffer *buffer, size_t size)
{
	uint8_t *space;

	buffer_reserve(buffer, size);
	space = buffer->data + buffer->size;
	memset(space, 0, size);
	buffer->size += size;
	return space;
}

char *
buffer_text(struct buffer *buffer)
{
	buffer_reserve(buffer, 0);
	buffer->data[buffer->size] = '\0';
	return (char *)buffer->data;
}

void
buffer_clear(struct buffer *buffer)
{
	buffer->size = 0;
}

void
buffer_done(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){0};
}

void
buffer_done_secret(struct buffer *buffer)
{
	if (buffer->data)
		OPENSSL_cleanse(buffer->data, buffer->capacity);
	buffer_done(buffer);
}

void
buffer_append_hex(struct buffer *buffer, struct bytes bytes)
{
	static const char digits[] = "0123456789abcdef";

	buffer_reserve(buffer, bytes.size * 2);
	for (size_t i = 0; i < bytes.size; i++) {
		buffer->data[buffer->size++] = (uint8_t)digits[bytes.data[i] >> 4];
		buffer->data[buffer->size++] = (uint8_t)digits[bytes.data[i] & 15];
	}
}
