/* UTF-16LE as iconv writes and reads it. */
#include <check.h>
#include <iconv.h>

#include "common/utf16.h"
#include "tests/run_suite.h"

static const char *const texts[] = {"", "plain", "m\xc3\xbcller", "\xe2\x82\xac",
	"\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", "\xf0\x90\x80\x80", "a\xf0\x9f\x98\x80z",
	"\xf4\x8f\xbf\xbf"};

START_TEST(writes_as_iconv)
{
	BUFFER_CLEANUP struct buffer out = {0};
	iconv_t converter = iconv_open("UTF-16LE", "UTF-8");
	struct bytes text = bytes_text(texts[_i]);
	char wanted[64], *from = (char *)text.data, *to = wanted;
	size_t left = text.size, room = sizeof(wanted);

	ck_assert(converter != (iconv_t)-1);
	ck_assert_uint_eq(iconv(converter, &from, &left, &to, &room), 0);
	iconv_close(converter);
	utf16_append(&out, text);
	ck_assert(bytes_equal(buffer_bytes(&out), BYTES(wanted, sizeof(wanted) - room)));
}
END_TEST

START_TEST(reads_what_iconv_writes)
{
	BUFFER_CLEANUP struct buffer out = {0};
	iconv_t converter = iconv_open("UTF-16LE", "UTF-8");
	struct bytes text = bytes_text(texts[_i]);
	char marked[66] = "\xff\xfe", *from = (char *)text.data, *to = marked + 2;
	size_t left = text.size, room = sizeof(marked) - 2;

	ck_assert(converter != (iconv_t)-1);
	ck_assert_uint_eq(iconv(converter, &from, &left, &to, &room), 0);
	iconv_close(converter);
	utf16_decode(&out, BYTES(marked + 2, sizeof(marked) - 2 - room));
	ck_assert(bytes_equal(buffer_bytes(&out), text));
	buffer_clear(&out);
	utf16_decode(&out, BYTES(marked, sizeof(marked) - room));
	ck_assert_msg(bytes_equal(buffer_bytes(&out), text), "with a mark");
}
END_TEST

START_TEST(replaces_lone_surrogates)
{
	BUFFER_CLEANUP struct buffer out = {0};

	utf16_decode(&out, BYTES("a\0\x00\xd8z\0\x00\xdc!", 9));
	ck_assert_str_eq(buffer_text(&out), "a\xef\xbf\xbdz\xef\xbf\xbd");
}
END_TEST

START_TEST(replaces_what_is_no_text)
{
	BUFFER_CLEANUP struct buffer out = {0};

	utf16_append_mark(&out);
	utf16_append(&out,
		BYTES("\xff"
		      "a\xc3",
			3));
	ck_assert(bytes_equal(buffer_bytes(&out),
		BYTES("\xff\xfe\xfd\xff"
		      "a\0\xfd\xff",
			8)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("utf16");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_loop_test(all, writes_as_iconv, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(all, replaces_what_is_no_text);
	tcase_add_loop_test(all, reads_what_iconv_writes, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(all, replaces_lone_surrogates);
	return run_suite(suite);
}
