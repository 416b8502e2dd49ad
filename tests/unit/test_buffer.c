/* Views and growing buffers. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "tests/run_suite.h"

START_TEST(compares_views)
{
	ck_assert(bytes_equal(BYTES_NONE, BYTES("", 0)));
	ck_assert(bytes_equal(BYTES("a\0b", 3), BYTES("a\0b", 3)));
	ck_assert(!bytes_equal(BYTES("a\0b", 3), BYTES("a\0c", 3)));
	ck_assert(!bytes_equal(BYTES("ab", 2), BYTES("abc", 3)));
	ck_assert(bytes_equal_secret(BYTES_NONE, BYTES("", 0)));
	ck_assert(bytes_equal_secret(BYTES("a\0b", 3), BYTES("a\0b", 3)));
	ck_assert(!bytes_equal_secret(BYTES("a\0b", 3), BYTES("a\0c", 3)));
	ck_assert(!bytes_equal_secret(BYTES("ab", 2), BYTES("abc", 3)));
	ck_assert_uint_eq(bytes_text("abc").size, 3);
	ck_assert_uint_eq(bytes_text(NULL).size, 0);
}
END_TEST

START_TEST(grows_by_every_kind_of_append)
{
	BUFFER_CLEANUP struct buffer buffer = {0};

	buffer_append(&buffer, BYTES_NONE);
	ck_assert_ptr_null(buffer.data);
	for (size_t i = 0; i < 1000; i++) {
		buffer_append_byte(&buffer, (uint8_t)i);
		ck_assert_uint_eq(buffer.data[i], (uint8_t)i);
	}
	ck_assert_uint_eq(buffer.size, 1000);
	ck_assert_uint_eq(buffer.data[0], 0);
	buffer_clear(&buffer);
	buffer_append_text(&buffer, "a");
	buffer_append_format(&buffer, "%d-%s", 12, "b");
	buffer_append_hex(&buffer, BYTES("\x00\xaf", 2));
	ck_assert_str_eq(buffer_text(&buffer), "a12-b00af");
	ck_assert_uint_eq(buffer_bytes(&buffer).size, 9);
	ck_assert_mem_eq(buffer_append_space(&buffer, 3), "\0\0\0", 3);
	ck_assert_uint_eq(buffer.size, 12);
	buffer_done(&buffer);
	ck_assert_ptr_null(buffer.data);
	ck_assert_str_eq(buffer_text(&buffer), "");
}
END_TEST

START_TEST(formats_beyond_its_capacity)
{
	BUFFER_CLEANUP struct buffer buffer = {0};

	buffer_append_format(&buffer, "%0*d", 5000, 7);
	ck_assert_uint_eq(buffer.size, 5000);
	ck_assert_uint_eq(buffer.data[4999], '7');
	ck_assert_uint_eq(strlen(buffer_text(&buffer)), 5000);
}
END_TEST

/* der_writer and key_sign rely on it. */
START_TEST(does_not_move_within_what_was_reserved)
{
	BUFFER_CLEANUP struct buffer buffer = {0};
	const uint8_t *before;

	buffer_reserve(&buffer, 100);
	before = buffer.data;
	for (size_t i = 0; i < 100; i++)
		buffer_append_byte(&buffer, 'a');
	buffer_text(&buffer);
	ck_assert_ptr_eq(buffer.data, before);
}
END_TEST

static const int64_t numbers[] = {0, 7, -1, 10, 1234567890, INT64_MAX, INT64_MIN};

START_TEST(writes_decimals)
{
	BUFFER_CLEANUP struct buffer buffer = {0};
	char expected[32];

	snprintf(expected, sizeof(expected), "%" PRId64, numbers[_i]);
	buffer_append_decimal(&buffer, numbers[_i]);
	ck_assert_str_eq(buffer_text(&buffer), expected);
}
END_TEST

START_TEST(is_empty_after_a_secret)
{
	struct buffer buffer = {0};

	buffer_done_secret(&buffer);
	buffer_append_text(&buffer, "secret");
	buffer_done_secret(&buffer);
	ck_assert_ptr_null(buffer.data);
	ck_assert_uint_eq(buffer.size + buffer.capacity, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("buffer");
	TCase *bytes = tcase_create("bytes");

	tcase_add_test(bytes, compares_views);
	tcase_add_test(bytes, grows_by_every_kind_of_append);
	tcase_add_test(bytes, formats_beyond_its_capacity);
	tcase_add_test(bytes, does_not_move_within_what_was_reserved);
	tcase_add_loop_test(bytes, writes_decimals, 0, sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_test(bytes, is_empty_after_a_secret);
	suite_add_tcase(suite, bytes);
	return run_suite(suite);
}
