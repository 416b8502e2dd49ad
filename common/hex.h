/*
 * Hexadecimal digits in either case, as octets. buffer_append_hex is the way
 * back.
 */
#pragma once

/* Returns the value of a digit, or -1. */
int hex_digit(char digit);

/* Returns the octet of two digits, or -1. The second is not looked at when the first is none, so that
 * a text may end there. */
int hex_octet(const char *digits);
