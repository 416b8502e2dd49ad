/* The examples of RFC 3211 3, every cipher there and back, and what must not unwrap. */
#include "common/pwri_kek.h"
#include "tests/run_suite.h"
#include "x509_support.h"

/* TEST ONLY: the keys that RFC 3211 3 derives from its passwords and wraps. */
static const uint8_t des_key[] = {0xd1, 0xda, 0xa7, 0x86, 0x15, 0xf2, 0x87, 0xe6};
static const uint8_t des_iv[] = {0xef, 0xe5, 0x98, 0xef, 0x21, 0xb3, 0x3d, 0x6d};
static const uint8_t des_content_key[] = {0x8c, 0x62, 0x7c, 0x89, 0x73, 0x23, 0xa2, 0xf8};
static const uint8_t des_wrapped[] = {0xb8, 0x1b, 0x25, 0x65, 0xee, 0x37, 0x3c, 0xa6, 0xde, 0xdc,
	0xa2, 0x6a, 0x17, 0x8b, 0x0c, 0x10};
static const uint8_t des3_key[] = {0x6a, 0x89, 0x70, 0xbf, 0x68, 0xc9, 0x2c, 0xae, 0xa8, 0x4a, 0x8d,
	0xf2, 0x85, 0x10, 0x85, 0x86, 0x07, 0x12, 0x63, 0x80, 0xcc, 0x47, 0xab, 0x2d};
static const uint8_t des3_iv[] = {0xba, 0xf1, 0xca, 0x79, 0x31, 0x21, 0x3c, 0x4e};
static const uint8_t des3_content_key[] = {0x8c, 0x63, 0x7d, 0x88, 0x72, 0x23, 0xa2, 0xf9, 0x65,
	0xb5, 0x66, 0xeb, 0x01, 0x4b, 0x0f, 0xa5, 0xd5, 0x23, 0x00, 0xa3, 0xf7, 0xea, 0x40, 0xff,
	0xfc, 0x57, 0x72, 0x03, 0xc7, 0x1b, 0xaf, 0x3b};
static const uint8_t des3_wrapped[] = {0xc0, 0x3c, 0x51, 0x4a, 0xbd, 0xb9, 0xe2, 0xc5, 0xaa, 0xc0,
	0x38, 0x57, 0x2b, 0x5e, 0x24, 0x55, 0x38, 0x76, 0xb3, 0x77, 0xaa, 0xfb, 0x82, 0xec, 0xa5,
	0xa9, 0xd7, 0x3f, 0x8a, 0xb1, 0x43, 0xd9, 0xec, 0x74, 0xe6, 0xca, 0xd7, 0xdb, 0x26, 0x0c};

static const struct {
	const char *cipher;
	const uint8_t *key;
	const uint8_t *iv;
	struct bytes content_key;
	struct bytes wrapped;
} examples[] = {
	{"DES", des_key, des_iv, {des_content_key, sizeof(des_content_key)},
		{des_wrapped, sizeof(des_wrapped)}},
	{"3DES", des3_key, des3_iv, {des3_content_key, sizeof(des3_content_key)},
		{des3_wrapped, sizeof(des3_wrapped)}},
};

static struct pwri_kek
example_kek(size_t row)
{
	return (struct pwri_kek){
		.cipher = algorithm_cipher_named(examples[row].cipher),
		.key = examples[row].key,
		.iv = examples[row].iv,
	};
}

START_TEST(unwraps_the_examples)
{
	const struct pwri_kek kek = example_kek((size_t)_i);
	BUFFER_CLEANUP struct buffer out = {0};
	struct diag diag = {0};

	ASSERT_DONE(pwri_kek_unwrap(&out, &kek, examples[_i].wrapped, &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&out), examples[_i].content_key));
}
END_TEST

/* The check octets tell of a change in the first and the last two blocks. One between them in a
 * longer key spoils that key alone. */
START_TEST(notices_changed_bits)
{
	const struct pwri_kek kek = example_kek((size_t)_i);
	size_t block_size = kek.cipher->block_size;
	BUFFER_CLEANUP struct buffer wrapped = {0};

	buffer_append(&wrapped, examples[_i].wrapped);
	for (size_t byte = 0; byte < wrapped.size; byte++) {
		bool checked = byte < block_size || byte >= wrapped.size - 2 * block_size;
		BUFFER_CLEANUP struct buffer out = {0};
		struct diag diag = {0};
		int result;

		wrapped.data[byte] ^= 0x10;
		result = pwri_kek_unwrap(&out, &kek, buffer_bytes(&wrapped), &diag);
		ck_assert_msg(
			result == (checked ? REFUSED : DONE), "byte %zu: %s", byte, diag.found);
		ck_assert(!bytes_equal(buffer_bytes(&out), examples[_i].content_key));
		wrapped.data[byte] ^= 0x10;
	}
}
END_TEST

START_TEST(refuses_other_sizes)
{
	const struct pwri_kek kek = example_kek(1);
	BUFFER_CLEANUP struct buffer wrapped = {0}, out = {0};

	buffer_append(&wrapped, examples[1].wrapped);
	buffer_append_space(&wrapped, 400);
	for (size_t size = 0; size <= wrapped.size; size++)
		if (size != examples[1].wrapped.size)
			ck_assert_msg(pwri_kek_unwrap(&out, &kek, BYTES(wrapped.data, size),
					      NULL) == REFUSED,
				"%zu octets", size);
	ck_assert_uint_eq(out.size, 0);
}
END_TEST

START_TEST(refuses_another_key)
{
	static const uint8_t key[24] = {1, 2, 3};
	struct pwri_kek kek = example_kek(1);
	BUFFER_CLEANUP struct buffer out = {0};
	struct diag diag = {0};

	kek.key = key;
	ck_assert_int_eq(pwri_kek_unwrap(&out, &kek, examples[1].wrapped, &diag), REFUSED);
	ck_assert_str_eq(diag.found, "one encrypted with another, or changed");
	ck_assert_uint_eq(out.size, 0);
}
END_TEST

/* TEST ONLY: key, IV and content key alike. */
static const uint8_t material[UINT8_MAX + 1] = {1, 2, 3, 4, 5, 6, 7, 8};

START_TEST(comes_back_from_every_cipher)
{
	const struct cipher_algorithm *cipher = algorithm_cipher_at((size_t)_i);
	const struct pwri_kek kek = {.cipher = cipher, .key = material, .iv = material + 1};

	for (size_t size = 3; size <= UINT8_MAX; size++) {
		BUFFER_CLEANUP struct buffer wrapped = {0}, out = {0};
		struct bytes content_key = BYTES(material, size);
		struct diag diag = {0};

		ASSERT_DONE(pwri_kek_wrap(&wrapped, &kek, content_key, &diag), &diag);
		ck_assert_uint_eq(wrapped.size % cipher->block_size, 0);
		ck_assert_uint_ge(wrapped.size, 2 * cipher->block_size);
		ck_assert_uint_lt(wrapped.size, 4 + size + 2 * cipher->block_size);
		ASSERT_DONE(pwri_kek_unwrap(&out, &kek, buffer_bytes(&wrapped), &diag), &diag);
		ck_assert(bytes_equal(buffer_bytes(&out), content_key));
	}
}
END_TEST

START_TEST(wraps_no_other_sizes)
{
	static const size_t sizes[] = {0, 2, UINT8_MAX + 1};
	const struct pwri_kek kek = {
		.cipher = algorithm_cipher_named("AES"), .key = material, .iv = material};
	BUFFER_CLEANUP struct buffer wrapped = {0};

	for (size_t i = 0; i < ROWS(sizes); i++)
		ck_assert_int_eq(
			pwri_kek_wrap(&wrapped, &kek, BYTES(material, sizes[i]), NULL), BROKEN);
	ck_assert_uint_eq(wrapped.size, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pwri_kek");
	TCase *tests = tcase_create("pwri_kek");
	int ciphers = 0;

	while (algorithm_cipher_at((size_t)ciphers))
		ciphers++;
	tcase_add_loop_test(tests, unwraps_the_examples, 0, ROWS(examples));
	tcase_add_loop_test(tests, notices_changed_bits, 0, ROWS(examples));
	tcase_add_test(tests, refuses_other_sizes);
	tcase_add_test(tests, refuses_another_key);
	tcase_add_loop_test(tests, comes_back_from_every_cipher, 0, ciphers);
	tcase_add_test(tests, wraps_no_other_sizes);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
