#include "common/hex.h"

int
hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20; /* lower case */
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

int
hex_octet(const char *digits)
{
	int high = hex_digit(digits[0]), low = high < 0 ? -1 : hex_digit(digits[1]);

	return low < 0 ? -1 : high << 4 | low;
}
