/* Hexadecimal digits, and what is none. */
#include <check.h>
#include <stdlib.h>

#include "common/hex.h"
#include "tests/run_suite.h"

START_TEST(knows_its_digits)
{
	for (int c = 0; c < 256; c++) {
		const char text[] = {(char)c, '\0'};
		char *end;
		long value = strtol(text, &end, 16);

		ck_assert_int_eq(hex_digit((char)c), end == text || *end ? -1 : (int)value);
	}
}
END_TEST

static const struct {
	const char *digits;
	int octet;
} octets[] = {
	{"00", 0},
	{"7f", 0x7f},
	{"Fe", 0xfe},
	{"ffa", 0xff},
	{"", -1},
	{"a", -1},
	{"g0", -1},
	{"0g", -1},
	{" 1", -1},
	{"-1", -1},
};

START_TEST(reads_octets)
{
	ck_assert_int_eq(hex_octet(octets[_i].digits), octets[_i].octet);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hex");
	TCase *tcase = tcase_create("hex");

	tcase_add_test(tcase, knows_its_digits);
	tcase_add_loop_test(tcase, reads_octets, 0, sizeof(octets) / sizeof(octets[0]));
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
