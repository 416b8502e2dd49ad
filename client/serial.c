#include "client/serial.h"

#include "common/hex.h"

/* Beyond any serial of RFC 5280 4.1.2.2, which has at most 20 octets. */
#define DIGITS_MAX 64

/* Copies the digits without colons and leading zeros behind out[0], which is '0' to make an even
 * number of them; returns how many there are, or -1 when something else stands among them. */
static int
take_digits(char out[DIGITS_MAX + 1], const char *text)
{
	int count = 0;

	out[0] = '0';
	for (; *text; text++) {
		if (*text == ':' || (*text == '0' && count == 0))
			continue;
		if (hex_digit(*text) < 0 || count == DIGITS_MAX)
			return -1;
		out[++count] = *text;
	}
	return count;
}

int
serial_parse(struct buffer *out, const char *text, struct diag *diag)
{
	char digits[DIGITS_MAX + 2] = "";
	int count = take_digits(digits, text);

	if (count <= 0)
		return diag_refuse(diag, "serial", "RFC 5280 4.1.2.2",
			"1 to 64 hexadecimal digits that are not all 0", "\"%s\"", text);
	if (count % 2 == 0 && hex_digit(digits[1]) & 8)
		buffer_append_byte(out, 0);
	for (int i = count % 2 ? 0 : 1; i < count; i += 2)
		buffer_append_byte(out, (uint8_t)hex_octet(digits + i));
	return DONE;
}
