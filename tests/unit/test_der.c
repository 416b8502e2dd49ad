/* The BER and DER reader and the DER writer, by hand-made bytes and their tampered twins. */
#include <check.h>

#include "common/der.h"
#include "common/der_text.h"
#include "common/der_time.h"
#include "common/der_writer.h"
#include "tests/run_suite.h"

#define HEX(text) BYTES(text, sizeof(text) - 1)

START_TEST(reads_indefinite_lengths)
{
	struct bytes input = HEX(
		"\x30\x80\x24\x80\x04\x02\x01\x02\x24\x03\x04\x01\x03\x00\x00\x02\x01\x05\x00\x00");
	BUFFER_CLEANUP struct buffer storage = {0};
	struct diag diag = {0};
	struct der der = der_start(input, "test", &diag), inside;
	struct bytes octets;
	uint32_t small;

	ck_assert(der_enter(&der, DER_SEQUENCE, &inside));
	ck_assert(der_finish(&der));
	ck_assert(der_take_octets(&inside, DER_OCTET_STRING, &storage, &octets));
	ck_assert(bytes_equal(octets, HEX("\x01\x02\x03")));
	ck_assert(der_take_small(&inside, &small));
	ck_assert_uint_eq(small, 5);
	ck_assert(der_finish(&inside));
}
END_TEST

static const struct {
	const char *name;
	struct bytes input;
} broken[] = {
	{"nothing", {(const uint8_t *)"", 0}},
	{"a lone identifier", {(const uint8_t *)"\x30", 1}},
	{"a length beyond the data", {(const uint8_t *)"\x30\x05\x02\x01\x01", 5}},
	{"a length field beyond the data", {(const uint8_t *)"\x30\x84\x00\x00", 4}},
	{"a length of five octets", {(const uint8_t *)"\x30\x85\x00\x00\x00\x00\x01\x00", 8}},
	{"no end-of-contents", {(const uint8_t *)"\x30\x80\x02\x01\x01", 5}},
	{"an indefinite primitive", {(const uint8_t *)"\x04\x80\x00\x00", 4}},
	{"a high tag number", {(const uint8_t *)"\x3f\x81\x01\x00", 4}},
	{"another tag", {(const uint8_t *)"\x31\x00", 2}},
};

START_TEST(refuses_broken_elements)
{
	struct diag diag = {0};
	struct der der = der_start(broken[_i].input, "test", &diag), inside;

	ck_assert_msg(!der_enter(&der, DER_SEQUENCE, &inside), "%s", broken[_i].name);
	ck_assert_msg(diag.found[0] != '\0', "%s: no words", broken[_i].name);
}
END_TEST

/* X.690 8.1.2.4 and 8.1.5: universal tag 0 ends an indefinite length, and is nothing else. */
START_TEST(refuses_an_end_of_nothing)
{
	static const uint8_t alone[] = {0x00, 0x00}, with_content[] = {0x00, 0x01, 0x05};
	struct diag diag = {0};
	struct der der = der_start(BYTES(alone, sizeof(alone)), "test", &diag);
	struct der_element element;

	ck_assert(!der_take_any(&der, &element));
	ck_assert_str_eq(diag.found, "an end-of-contents that ends nothing");
	der = der_start(BYTES(with_content, sizeof(with_content)), "test", &diag);
	ck_assert(!der_take_any(&der, &element));
}
END_TEST

/* X.690 8.19.2. */
START_TEST(refuses_cut_and_padded_oids)
{
	static const uint8_t good[] = {0x06, 0x04, 0x2a, 0x81, 0x80, 0x01},
			     cut[] = {0x06, 0x02, 0x2a, 0x81},
			     padded[] = {0x06, 0x03, 0x2a, 0x80, 0x01};
	struct der der = der_start(BYTES(good, sizeof(good)), "test", NULL);
	struct bytes oid;

	ck_assert(der_take_oid(&der, &oid));
	der = der_start(BYTES(cut, sizeof(cut)), "test", NULL);
	ck_assert(!der_take_oid(&der, &oid));
	der = der_start(BYTES(padded, sizeof(padded)), "test", NULL);
	ck_assert(!der_take_oid(&der, &oid));
}
END_TEST

/* X.690 8.9.1, 8.11.1: SEQUENCE and SET are always constructed. */
START_TEST(refuses_primitive_sequences)
{
	static const uint8_t algorithm[] = {0x10, 0x05, 0x06, 0x03, 0x2a, 0x03, 0x04},
			     set[] = {0x11, 0x00};
	struct diag diag = {0};
	struct der der = der_start(BYTES(algorithm, sizeof(algorithm)), "test", &diag);
	struct der_algorithm taken;
	struct der_element element;

	ck_assert(!der_take_algorithm(&der, &taken));
	ck_assert_str_eq(diag.found, "a primitive SEQUENCE");
	der = der_start(BYTES(set, sizeof(set)), "test", &diag);
	ck_assert(!der_take(&der, DER_SET, &element));
	ck_assert_str_eq(diag.found, "a primitive SET");
}
END_TEST

START_TEST(refuses_deep_nesting)
{
	uint8_t deep[4 * (LIMIT_DEPTH + 8)];
	struct diag diag = {0};
	struct der der, inside;
	unsigned depth = 0;

	for (size_t i = 0; i < sizeof(deep) / 2; i++) {
		bool opening = i < sizeof(deep) / 4;
		deep[2 * i] = opening ? 0x30 : 0;
		deep[2 * i + 1] = opening ? 0x80 : 0;
	}
	der = der_start(BYTES(deep, sizeof(deep)), "test", &diag);
	ck_assert(!der_enter(&der, DER_SEQUENCE, &inside));
	ck_assert_ptr_nonnull(strstr(diag.found, "deep"));

	/* The same with definite lengths is refused on the way down. */
	for (size_t i = 0; i < sizeof(deep) / 2; i++) {
		deep[2 * i] = 0x30;
		deep[2 * i + 1] =
			(uint8_t)(sizeof(deep) - 2 * i - 2 > 127 ? 127 : sizeof(deep) - 2 * i - 2);
	}
	for (der = der_start(BYTES(deep + 16, sizeof(deep) - 16), "test", &diag);
		der_enter(&der, DER_SEQUENCE, &inside); der = inside)
		depth++;
	ck_assert_uint_le(depth, LIMIT_DEPTH);
}
END_TEST

static const struct {
	struct bytes input;
	bool good;
	int64_t seconds;
} times[] = {
	{{(const uint8_t *)"\x17\x0d"
			   "700101000000Z",
		 15},
		true, 0},
	{{(const uint8_t *)"\x17\x0d"
			   "491231235959Z",
		 15},
		true, 2524607999},
	{{(const uint8_t *)"\x18\x0f"
			   "20500101000000Z",
		 17},
		true, 2524608000},
	{{(const uint8_t *)"\x17\x0d"
			   "701301000000Z",
		 15},
		false, 0},
	{{(const uint8_t *)"\x17\x0d"
			   "70010100000xZ",
		 15},
		false, 0},
	{{(const uint8_t *)"\x17\x0d"
			   "950113122660Z",
		 15},
		false, 0},
	{{(const uint8_t *)"\x18\x0f"
			   "20260229000000Z",
		 17},
		false, 0},
	{{(const uint8_t *)"\x17\x0b"
			   "7001010000Z",
		 13},
		false, 0},
};

START_TEST(reads_times)
{
	struct der der = der_start(times[_i].input, "test", NULL);
	int64_t seconds = -1;

	ck_assert_int_eq(der_take_time(&der, &seconds), times[_i].good);
	if (times[_i].good)
		ck_assert_int_eq(seconds, times[_i].seconds);
}
END_TEST

START_TEST(writes_what_it_reads)
{
	BUFFER_CLEANUP struct buffer out = {0}, long_octets = {0};
	struct der der, inside;
	struct bytes octets, number;
	uint32_t bits, small;
	int64_t seconds;
	size_t mark;

	buffer_append_space(&long_octets, 70000);
	mark = der_begin(&out, DER_SEQUENCE);
	der_put_octets(&out, buffer_bytes(&long_octets));
	der_put_small(&out, 0x80);
	der_put_magnitude(&out, HEX("\x00\x00\xff"));
	der_put_named_bits(&out, 1 << 0 | 1 << 8);
	der_put_time(&out, 4102444800);
	der_end(&out, mark);

	der = der_start(buffer_bytes(&out), "test", NULL);
	ck_assert(der_enter(&der, DER_SEQUENCE, &inside) && der_finish(&der));
	ck_assert(der_take_octets(&inside, DER_OCTET_STRING, NULL, &octets));
	ck_assert_uint_eq(octets.size, 70000);
	ck_assert(der_take_small(&inside, &small));
	ck_assert_uint_eq(small, 0x80);
	ck_assert(der_take_integer(&inside, &number));
	ck_assert(bytes_equal(number, HEX("\x00\xff")));
	ck_assert(der_take_named_bits(&inside, &bits));
	ck_assert_uint_eq(bits, 1 << 0 | 1 << 8);
	ck_assert(der_take_time(&inside, &seconds));
	ck_assert_int_eq(seconds, 4102444800);
	ck_assert(der_finish(&inside));
}
END_TEST

START_TEST(sorts_sets)
{
	BUFFER_CLEANUP struct buffer out = {0};
	size_t mark = der_begin(&out, DER_SET);

	der_put_octets(&out, HEX("\x02"));
	der_put_octets(&out, HEX("\x01\x01"));
	der_put_octets(&out, HEX("\x01"));
	der_end_set_of(&out, mark);
	ck_assert(bytes_equal(
		buffer_bytes(&out), HEX("\x31\x0a\x04\x01\x01\x04\x01\x02\x04\x02\x01\x01")));
}
END_TEST

static const struct {
	uint8_t tag;
	struct bytes content;
	const char *text; /* NULL: refused */
} texts[] = {
	{DER_PRINTABLE_STRING, {(const uint8_t *)"abc", 3}, "abc"},
	{DER_TELETEX_STRING, {(const uint8_t *)"\xe4", 1}, "\xc3\xa4"},
	{DER_BMP_STRING, {(const uint8_t *)"\x00\x41\x20\xac", 4}, "A\xe2\x82\xac"},
	{DER_BMP_STRING, {(const uint8_t *)"\x00\x41\x20", 3}, NULL},
	{DER_UNIVERSAL_STRING, {(const uint8_t *)"\x00\x01\xf6\x00", 4}, "\xf0\x9f\x98\x80"},
	{DER_UTF8_STRING, {(const uint8_t *)"\xc3\xa4", 2}, "\xc3\xa4"},
	{DER_UTF8_STRING, {(const uint8_t *)"\xc3", 1}, NULL},
	{DER_UTF8_STRING, {(const uint8_t *)"\xe0\x80\xaf", 3}, NULL},     /* an overlong '/' */
	{DER_UTF8_STRING, {(const uint8_t *)"\xed\xa0\x80", 3}, NULL},     /* a surrogate */
	{DER_UTF8_STRING, {(const uint8_t *)"\xf4\x90\x80\x80", 4}, NULL}, /* beyond U+10FFFF */
	{DER_UTF8_STRING, {(const uint8_t *)"a\0b", 3}, NULL},
	{DER_INTEGER, {(const uint8_t *)"\x01", 1}, NULL},
};

START_TEST(reads_texts)
{
	BUFFER_CLEANUP struct buffer out = {0};
	struct der_element element = {.tag = texts[_i].tag, .content = texts[_i].content};

	ck_assert_int_eq(der_text(&out, &element), texts[_i].text != NULL);
	if (texts[_i].text)
		ck_assert_str_eq(buffer_text(&out), texts[_i].text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("der");
	TCase *reader = tcase_create("reader"), *writer = tcase_create("writer");

	tcase_add_test(reader, reads_indefinite_lengths);
	tcase_add_loop_test(reader, refuses_broken_elements, 0, sizeof(broken) / sizeof(broken[0]));
	tcase_add_test(reader, refuses_an_end_of_nothing);
	tcase_add_test(reader, refuses_cut_and_padded_oids);
	tcase_add_test(reader, refuses_primitive_sequences);
	tcase_add_test(reader, refuses_deep_nesting);
	tcase_add_loop_test(reader, reads_times, 0, sizeof(times) / sizeof(times[0]));
	tcase_add_loop_test(reader, reads_texts, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(writer, writes_what_it_reads);
	tcase_add_test(writer, sorts_sets);
	suite_add_tcase(suite, reader);
	suite_add_tcase(suite, writer);
	return run_suite(suite);
}
