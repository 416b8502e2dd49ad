#include "common/base64.h"

#include <string.h>

#include "common/percent.h"

static const char object[] = "base64 text";
static const char clause[] = "RFC 4648 4";

static bool
is_line_break(uint8_t character)
{
	return character >= '\t' && character <= '\r';
}

/* Returns the six bits of a character, or -1. */
static int
value_of(uint8_t character)
{
	if (character >= 'a' && character <= 'z')
		return character - 'a' + 26;
	if (character >= 'A' && character <= 'Z')
		return character - 'A';
	if (character >= '0' && character <= '9')
		return character - '0' + 52;
	return character == '+' ? 62 : character == '/' ? 63 : -1;
}

static int
refuse_character(uint8_t character, size_t position, struct diag *diag)
{
	if (character == ' ')
		return diag_refuse(diag, object, clause, "'+', '/', letters and digits",
			"a space at character %zu, as form-decoding makes of a '+'", position);
	if (character == '-' || character == '_')
		return diag_refuse(diag, object, "RFC 8894 4.1",
			"the standard alphabet, with '+' and '/'",
			"'%c' of the URL-safe alphabet at character %zu", character, position);
	if (character > ' ' && character < 0x7f)
		return diag_refuse(diag, object, clause, "'+', '/', letters and digits",
			"'%c' at character %zu", character, position);
	return diag_refuse(diag, object, clause, "'+', '/', letters and digits",
		"the byte 0x%02x at character %zu", character, position);
}

/* What has been read of a text. */
struct progress {
	uint32_t bits;  /* the current group of four characters */
	size_t digits;  /* characters that carry six bits */
	size_t padding; /* '=' so far */
};

/* Takes one character and appends three bytes when it completes a group of four. */
static int
take(struct progress *progress, struct buffer *out, uint8_t character, size_t position,
	struct diag *diag)
{
	int value = value_of(character);

	if (is_line_break(character))
		return DONE;
	if (character == '=') {
		progress->padding++;
		return DONE;
	}
	if (value < 0)
		return refuse_character(character, position, diag);
	if (progress->padding > 0)
		return diag_refuse(diag, object, clause, "the end behind the padding",
			"'%c' at character %zu", character, position);
	progress->bits = progress->bits << 6 | (uint32_t)value;
	if (++progress->digits % 4 == 0) {
		buffer_append_byte(out, (uint8_t)(progress->bits >> 16));
		buffer_append_byte(out, (uint8_t)(progress->bits >> 8));
		buffer_append_byte(out, (uint8_t)progress->bits);
	}
	return DONE;
}

/* Appends the one or two bytes of a last, incomplete group. */
static int
finish(const struct progress *progress, struct buffer *out, struct diag *diag)
{
	size_t rest = progress->digits % 4, padding = rest ? 4 - rest : 0;

	if (rest == 1)
		return diag_refuse(diag, object, clause, "groups of four characters",
			"a length of %zu; the text seems to be cut", progress->digits);
	if (progress->padding > padding)
		return diag_refuse(diag, object, clause, NULL,
			"%zu '=' behind %zu characters, where %zu belong", progress->padding,
			progress->digits, padding);
	if (rest == 2)
		buffer_append_byte(out, (uint8_t)(progress->bits >> 4));
	if (rest == 3) {
		buffer_append_byte(out, (uint8_t)(progress->bits >> 10));
		buffer_append_byte(out, (uint8_t)(progress->bits >> 2));
	}
	return DONE;
}

int
base64_decode(struct buffer *out, struct bytes text, struct diag *diag)
{
	struct progress progress = {0};
	size_t before = out->size;
	int result = DONE;

	buffer_reserve(out, text.size / 4 * 3 + 3);
	for (size_t i = 0; i < text.size && result == DONE; i++)
		result = take(&progress, out, text.data[i], i + 1, diag);
	if (result == DONE)
		result = finish(&progress, out, diag);
	if (result != DONE)
		out->size = before;
	return result;
}

int
base64_decode_query(struct buffer *out, struct bytes raw, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer text = {0};
	int result = percent_decode(&text, raw, diag);

	return result == DONE ? base64_decode(out, buffer_bytes(&text), diag) : result;
}

static uint8_t *
put_group(uint8_t *at, uint32_t bits)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	at[0] = (uint8_t)alphabet[bits >> 18];
	at[1] = (uint8_t)alphabet[bits >> 12 & 63];
	at[2] = (uint8_t)alphabet[bits >> 6 & 63];
	at[3] = (uint8_t)alphabet[bits & 63];
	return at + 4;
}

void
base64_encode(struct buffer *out, struct bytes bytes)
{
	size_t size = (bytes.size + 2) / 3 * 4, rest = bytes.size % 3;
	const uint8_t *next = bytes.data, *end = next + (bytes.size - rest);
	uint8_t *at;

	buffer_reserve(out, size);
	at = out->data + out->size;
	for (; next < end; next += 3)
		at = put_group(
			at, (uint32_t)next[0] << 16 | (uint32_t)next[1] << 8 | (uint32_t)next[2]);
	if (rest > 0) {
		at = put_group(
			at, (uint32_t)next[0] << 16 | (rest > 1 ? (uint32_t)next[1] << 8 : 0));
		memset(at - (3 - rest), '=', 3 - rest);
	}
	out->size += size;
}
