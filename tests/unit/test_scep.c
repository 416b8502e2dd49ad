/* The words of RFC 8894 and GetCACaps bodies as servers send them. */
#include <check.h>

#include "common/scep.h"
#include "tests/run_suite.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define STANDARD_BITS                                                                              \
	(SCEP_CAP_STANDARD | SCEP_CAP_AES | SCEP_CAP_POST_PKI_OPERATION | SCEP_CAP_SHA256)

static const struct {
	const char *body;
	unsigned capabilities;
} bodies[] = {
	{"", 0},
	{"\r\n\r\n", 0},
	{"POSTPKIOperation\r\nRenewal\r\nSHA-512\r\nSHA-256\r\nSHA-1\r\nDES3",
		SCEP_CAP_POST_PKI_OPERATION | SCEP_CAP_RENEWAL | SCEP_CAP_SHA512 | SCEP_CAP_SHA256 |
			SCEP_CAP_SHA1 | SCEP_CAP_DES3},
	{"AES\nGetNextCACert\nSHA-384\nUpdate\n",
		SCEP_CAP_AES | SCEP_CAP_GET_NEXT_CA_CERT | SCEP_CAP_SHA384 | SCEP_CAP_UPDATE},
	{"postpkioperation\nsha-256\naes",
		SCEP_CAP_POST_PKI_OPERATION | SCEP_CAP_SHA256 | SCEP_CAP_AES},
	{"  AES \t\r\n", SCEP_CAP_AES},
	{"SCEPStandard\n", STANDARD_BITS},
	{"AES256\nAE\nSHA-2\nA E S\nAES,DES3\n<html>AES</html>\n", 0},
};

START_TEST(reads_capabilities)
{
	unsigned found = scep_capabilities_read(bytes_text(bodies[_i].body));

	ck_assert_msg(found == bodies[_i].capabilities, "\"%s\" gave %#x instead of %#x",
		bodies[_i].body, found, bodies[_i].capabilities);
}
END_TEST

START_TEST(stops_at_the_size)
{
	ck_assert_uint_eq(scep_capabilities_read(BYTES("AES\nDES3", 7)), SCEP_CAP_AES);
	ck_assert_uint_eq(scep_capabilities_read(BYTES("AES\0", 4)), 0);
}
END_TEST

START_TEST(names_numbers)
{
	ck_assert_str_eq(scep_message_type_name(SCEP_PKCS_REQ), "PKCSReq");
	ck_assert_str_eq(scep_message_type_name(3), "CertRep");
	ck_assert_str_eq(scep_message_type_name(23), "unknown");
	ck_assert_str_eq(scep_status_name(3), "PENDING");
	ck_assert_str_eq(scep_status_name(1), "unknown");
	ck_assert_str_eq(scep_fail_info_name(2), "badRequest");
	ck_assert_str_eq(scep_fail_info_name(5), "unknown");
	ck_assert_ptr_null(scep_capability_name(1u << 30));
}
END_TEST

START_TEST(reads_every_keyword_it_writes)
{
	for (unsigned bit = 1; scep_capability_name(bit); bit <<= 1) {
		unsigned found = scep_capabilities_read(bytes_text(scep_capability_name(bit)));

		ck_assert_uint_eq(found, bit == SCEP_CAP_STANDARD ? STANDARD_BITS : bit);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scep");
	TCase *tests = tcase_create("words");

	tcase_add_loop_test(tests, reads_capabilities, 0, COUNT(bodies));
	tcase_add_test(tests, stops_at_the_size);
	tcase_add_test(tests, names_numbers);
	tcase_add_test(tests, reads_every_keyword_it_writes);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
