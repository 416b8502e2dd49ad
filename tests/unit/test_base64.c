/* Base64 as SCEP clients send it: hand-made texts, broken twins, and libcrypto's encoder. */
#include <check.h>
#include <openssl/evp.h>
#include <string.h>

#include "common/base64.h"
#include "common/percent.h"
#include "tests/run_suite.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	const char *raw;
	const char *bytes; /* NULL: refused */
	size_t size;
	const char *found; /* words of the refusal */
} queries[] = {
	{"", "", 0, NULL},
	{"+/+/", "\xfb\xff\xbf", 3, NULL},
	{"%2B%2F%2b%2f", "\xfb\xff\xbf", 3, NULL},
	{"Zm8=", "fo", 2, NULL},
	{"Zm8%3D", "fo", 2, NULL},
	{"Zg%3d%3d", "f", 1, NULL},
	{"Zg=", "f", 1, NULL},
	{"Zg", "f", 1, NULL},
	{"Zm8", "fo", 2, NULL},
	{"Zm%0D%0A9vY%0Ag%3D%3D%0A", "foob", 4, NULL},
	{"Zm\r\n9v\tYg==\n", "foob", 4, NULL},
	{"%5Am9v", "foo", 3, NULL},
	{"Zm%209v", NULL, 0, "a space at character 3"},
	{"Zm 9v", NULL, 0, "a space at character 3"},
	{"-_-_", NULL, 0, "'-' of the URL-safe alphabet at character 1"},
	{"Zm9_", NULL, 0, "'_' of the URL-safe alphabet at character 4"},
	{"Zm9v&", NULL, 0, "'&' at character 5"},
	{"Zm9v%00", NULL, 0, "the byte 0x00 at character 5"},
	{"Zm9v\xc3\xa4", NULL, 0, "the byte 0xc3 at character 5"},
	{"Z", NULL, 0, "a length of 1;"},
	{"Zm9vY", NULL, 0, "cut"},
	{"Zg===", NULL, 0, "3 '=' behind 2 characters, where 2 belong"},
	{"Zm9v=", NULL, 0, "1 '=' behind 4 characters, where 0 belong"},
	{"Zg==Zg==", NULL, 0, "'Z' at character 5"},
	{"Zm9v%", NULL, 0, "character 5 of 5"},
	{"Zm9v%2", NULL, 0, "character 5 of 6"},
	{"Zm9v%2G", NULL, 0, "character 5 of 7"},
	{"Zm9v%G2", NULL, 0, "character 5 of 7"},
};

START_TEST(decodes_query_values)
{
	BUFFER_CLEANUP struct buffer out = {0};
	struct diag diag = {0};
	int result;

	buffer_append_text(&out, "before");
	result = base64_decode_query(&out, bytes_text(queries[_i].raw), &diag);
	if (queries[_i].bytes) {
		ck_assert_msg(
			result == DONE, "\"%s\" was refused: %s", queries[_i].raw, diag.found);
		ck_assert_msg(bytes_equal(BYTES(out.data + 6, out.size - 6),
				      BYTES(queries[_i].bytes, queries[_i].size)),
			"\"%s\" gave other bytes", queries[_i].raw);
	} else {
		ck_assert_msg(result == REFUSED, "\"%s\" was accepted", queries[_i].raw);
		ck_assert_msg(strstr(diag.found, queries[_i].found) != NULL, "\"%s\": %s",
			queries[_i].raw, diag.found);
		ck_assert_uint_eq(out.size, 6);
	}
}
END_TEST

START_TEST(agrees_with_libcrypto)
{
	uint8_t bytes[256], expected[400];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 167 + 13);
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		BUFFER_CLEANUP struct buffer text = {0}, back = {0};
		int length = EVP_EncodeBlock(expected, bytes, (int)size);

		base64_encode(&text, BYTES(bytes, size));
		ck_assert_msg(bytes_equal(buffer_bytes(&text), BYTES(expected, (size_t)length)),
			"%zu bytes are encoded otherwise", size);
		ck_assert_int_eq(base64_decode(&back, buffer_bytes(&text), NULL), DONE);
		ck_assert(bytes_equal(buffer_bytes(&back), BYTES(bytes, size)));
	}
}
END_TEST

START_TEST(percent_keeps_plus)
{
	BUFFER_CLEANUP struct buffer out = {0};

	ck_assert_int_eq(percent_decode(&out, bytes_text("a+b%2b%2B%00%fF"), NULL), DONE);
	ck_assert(bytes_equal(buffer_bytes(&out), BYTES("a+b++\0\xff", 7)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("base64");
	TCase *tests = tcase_create("base64");

	tcase_add_loop_test(tests, decodes_query_values, 0, COUNT(queries));
	tcase_add_test(tests, agrees_with_libcrypto);
	tcase_add_test(tests, percent_keeps_plus);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
