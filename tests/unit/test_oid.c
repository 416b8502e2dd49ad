/* Every identifier of the table, held against OpenSSL's reading of its dotted form. */
#include <openssl/objects.h>
#include <string.h>

#include "common/limit.h"
#include "common/oid.h"
#include "tests/run_suite.h"
#include "x509_support.h"

START_TEST(octets_are_those_of_the_dotted_form)
{
	enum oid oid = (enum oid)_i;
	CLEANUP(ASN1_OBJECT) ASN1_OBJECT *object = OBJ_txt2obj(oid_dotted(oid), 1);
	BUFFER_CLEANUP struct buffer encoded = {0};

	ck_assert_msg(object != NULL, "%s", oid_name(oid));
	ck_assert_msg(bytes_equal(oid_bytes(oid), BYTES(OBJ_get0_data(object), OBJ_length(object))),
		"%s", oid_name(oid));
	ck_assert_msg(oid_encode(&encoded, oid_dotted(oid)), "%s", oid_name(oid));
	ck_assert(bytes_equal(buffer_bytes(&encoded), oid_bytes(oid)));
}
END_TEST

START_TEST(is_found_by_octets_and_name)
{
	enum oid oid = (enum oid)_i;
	struct bytes octets = oid_bytes(oid);
	BUFFER_CLEANUP struct buffer text = {0};

	ck_assert_msg(oid_find(octets) == oid, "%s", oid_name(oid));
	ck_assert_msg(oid_find_name(oid_name(oid)) == oid, "%s", oid_name(oid));
	ck_assert_msg(oid_find(BYTES(octets.data, octets.size - 1)) != oid, "%s", oid_name(oid));
	oid_describe(&text, octets);
	ck_assert_str_eq(buffer_text(&text), oid_name(oid));
}
END_TEST

START_TEST(unknown_is_nothing)
{
	ck_assert_int_eq(oid_find(BYTES_NONE), OID_UNKNOWN);
	ck_assert_int_eq(oid_find(BYTES("\x2a\x03\x04", 3)), OID_UNKNOWN);
	ck_assert_int_eq(oid_find_name("unknown"), OID_UNKNOWN);
	ck_assert_int_eq(oid_find_name(""), OID_UNKNOWN);
	ck_assert_int_eq(oid_find_name("commonname"), OID_UNKNOWN);
	ck_assert_int_eq(oid_find_name("cn"), OID_COMMON_NAME);
	ck_assert_uint_eq(oid_bytes(OID_UNKNOWN).size, 0);
	ck_assert_str_eq(oid_name(OID_UNKNOWN), "unknown");
}
END_TEST

static const char *const foreign[] = {
	"0.9",
	"0.39.1",
	"1.0",
	"1.39.127",
	"1.2.128",
	"2.0",
	"2.39",
	"2.40",
	"2.47.5",
	"2.48",
	"2.999.1",
	"1.2.16383.16384",
	"1.2.4294967295",
	"1.2.4294967296.1",
	"2.16.840.1.113733.1.9.99",
	"1.2.999999999999999999",
};

/* What is in no table is written and shown as OpenSSL does. */
START_TEST(encodes_and_describes_as_openssl)
{
	CLEANUP(ASN1_OBJECT) ASN1_OBJECT *object = OBJ_txt2obj(foreign[_i], 1);
	BUFFER_CLEANUP struct buffer encoded = {0}, text = {0};

	ck_assert_msg(object != NULL, "%s", foreign[_i]);
	ck_assert_msg(oid_encode(&encoded, foreign[_i]), "%s", foreign[_i]);
	ck_assert_msg(bytes_equal(buffer_bytes(&encoded),
			      BYTES(OBJ_get0_data(object), OBJ_length(object))),
		"%s", foreign[_i]);
	oid_describe(&text, buffer_bytes(&encoded));
	ck_assert_str_eq(buffer_text(&text), foreign[_i]);
}
END_TEST

static const char *const wrong[] = {
	"",
	"1",
	"1.",
	".1",
	"1..2",
	"1.2.",
	"3.1",
	"0.40",
	"1.40.1",
	"01.2",
	"1.02",
	"1.2.00",
	"1.2.x",
	"1.2 .3",
	" 1.2",
	"-1.2",
	"1.-2",
	"+1.2",
	"0x1.2",
	"1.2.3,4",
	"1.2.1000000000000000000",
	"clientAuth",
};

START_TEST(refuses_what_is_no_identifier)
{
	BUFFER_CLEANUP struct buffer out = {0};

	buffer_append_text(&out, "kept");
	ck_assert_msg(!oid_encode(&out, wrong[_i]), "%s", wrong[_i]);
	ck_assert_str_eq(buffer_text(&out), "kept");
}
END_TEST

/* What has more octets is not read again (common/limit.h), so it is none. */
START_TEST(refuses_what_nobody_reads)
{
	BUFFER_CLEANUP struct buffer dotted = {0}, out = {0};

	buffer_append_text(&dotted, "1.2");
	for (int octets = 1; octets < LIMIT_OID; octets++)
		buffer_append_text(&dotted, ".3");
	ck_assert(oid_encode(&out, buffer_text(&dotted)));
	ck_assert_uint_eq(out.size, LIMIT_OID);
	buffer_append_text(&dotted, ".3");
	ck_assert(!oid_encode(&out, buffer_text(&dotted)));
	ck_assert_uint_eq(out.size, LIMIT_OID);
}
END_TEST

/* Arcs of any size come from strangers. */
START_TEST(describes_endless_arcs)
{
	static const uint8_t octets[] = {
		0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
	BUFFER_CLEANUP struct buffer out = {0};

	oid_describe(&out, BYTES(octets, sizeof(octets)));
	ck_assert_str_eq(buffer_text(&out), "1.2...");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("oid");
	TCase *table = tcase_create("table"), *text = tcase_create("text");

	tcase_add_loop_test(table, octets_are_those_of_the_dotted_form, OID_UNKNOWN + 1, OID_COUNT);
	tcase_add_loop_test(table, is_found_by_octets_and_name, OID_UNKNOWN + 1, OID_COUNT);
	tcase_add_test(table, unknown_is_nothing);
	tcase_add_loop_test(text, encodes_and_describes_as_openssl, 0, ROWS(foreign));
	tcase_add_loop_test(text, refuses_what_is_no_identifier, 0, ROWS(wrong));
	tcase_add_test(text, refuses_what_nobody_reads);
	tcase_add_test(text, describes_endless_arcs);
	suite_add_tcase(suite, table);
	suite_add_tcase(suite, text);
	return run_suite(suite);
}
