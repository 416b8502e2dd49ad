/* Serials in hexadecimal digits; OpenSSL's INTEGER is the judge. */
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <string.h>

#include "client/serial.h"
#include "common/der_writer.h"
#include "tests/run_suite.h"
#include "tests/unit/x509_support.h"

static const char *const good[] = {
	"1",
	"0a",
	"0000:01",
	"0080",
	"7f",
	"80",
	"ff00",
	"f00",
	"800",
	"68000000099A9DE56310F95C4F000000000009",
	"68:00:00:01",
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

START_TEST(reads_as_openssl)
{
	BUFFER_CLEANUP struct buffer octets = {0}, der = {0}, wanted = {0};
	CLEANUP(BN) BIGNUM *number = NULL;
	ASN1_INTEGER *integer;
	struct diag diag = {0};
	char digits[80] = "";

	for (const char *next = good[_i]; *next; next++)
		if (*next != ':')
			strncat(digits, next, 1);
	ck_assert_int_ne(BN_hex2bn(&number, digits), 0);
	integer = BN_to_ASN1_INTEGER(number, NULL);
	SUPPORT_ENCODE(&wanted, i2d_ASN1_INTEGER, integer);
	ASN1_INTEGER_free(integer);
	ASSERT_DONE(serial_parse(&octets, good[_i], &diag), &diag);
	der_put_integer(&der, buffer_bytes(&octets));
	ck_assert_msg(bytes_equal(buffer_bytes(&der), buffer_bytes(&wanted)), "%s", good[_i]);
}
END_TEST

static const char *const bad[] = {
	"",
	":",
	"0",
	"00:00",
	"0x12",
	"12 ",
	"-1",
	"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

START_TEST(refuses_what_is_none)
{
	BUFFER_CLEANUP struct buffer octets = {0};
	struct diag diag = {0};

	ck_assert_msg(serial_parse(&octets, bad[_i], &diag) == REFUSED, "\"%s\"", bad[_i]);
	ck_assert_uint_eq(octets.size, 0);
	ck_assert_str_eq(diag.object, "serial");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client serial");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_loop_test(all, reads_as_openssl, 0, ROWS(good));
	tcase_add_loop_test(all, refuses_what_is_none, 0, ROWS(bad));
	return run_suite(suite);
}
