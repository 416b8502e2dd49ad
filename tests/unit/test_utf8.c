/* UTF-8: every sequence of one to three bytes, and the corners of four, judged by jansson. */
#include <check.h>
#include <jansson.h>

#include "common/utf8.h"
#include "tests/run_suite.h"

/* Whether jansson takes the whole of `bytes` as text. */
static bool
foreigner_accepts(struct bytes bytes)
{
	json_t *text = json_stringn((const char *)bytes.data, bytes.size);
	bool accepted = text != NULL;

	json_decref(text);
	return accepted;
}

static bool
we_accept(struct bytes bytes)
{
	size_t size;

	for (size_t i = 0; i < bytes.size; i += size) {
		size = utf8_size(BYTES(bytes.data + i, bytes.size - i));
		if (size == 0)
			return false;
	}
	return true;
}

static void
compare(struct bytes bytes)
{
	if (we_accept(bytes) != foreigner_accepts(bytes))
		ck_abort_msg("%02x %02x %02x %02x (%zu bytes): %s", bytes.data[0], bytes.data[1],
			bytes.data[2], bytes.data[3], bytes.size,
			we_accept(bytes) ? "accepted" : "refused");
}

START_TEST(judges_two_bytes_as_jansson)
{
	uint8_t bytes[4] = {0};

	for (unsigned value = 0; value < 1 << 16; value++) {
		bytes[0] = (uint8_t)(value >> 8);
		bytes[1] = (uint8_t)value;
		compare(BYTES(bytes, 2));
	}
}
END_TEST

/* The bytes at which the grammar of RFC 3629 changes its mind. */
static const uint8_t corners[] = {
	0x00,
	0x7f,
	0x80,
	0x8f,
	0x90,
	0x9f,
	0xa0,
	0xbf,
	0xc0,
	0xc1,
	0xc2,
	0xdf,
	0xe0,
	0xe1,
	0xec,
	0xed,
	0xee,
	0xef,
	0xf0,
	0xf1,
	0xf3,
	0xf4,
	0xf5,
	0xf8,
	0xff,
};

#define CORNERS sizeof(corners)

START_TEST(judges_corners_as_jansson)
{
	uint8_t bytes[4];

	for (size_t i = 0; i < CORNERS * CORNERS * CORNERS * CORNERS; i++) {
		bytes[0] = corners[i % CORNERS];
		bytes[1] = corners[i / CORNERS % CORNERS];
		bytes[2] = corners[i / CORNERS / CORNERS % CORNERS];
		bytes[3] = corners[i / CORNERS / CORNERS / CORNERS];
		compare(BYTES(bytes, 3));
		compare(BYTES(bytes, 4));
	}
}
END_TEST

static const struct {
	const char *text;
	size_t cut; /* where somebody cut it */
	size_t kept;
} cuts[] = {
	{"plain", 3, 3},
	{"plain", 0, 0},
	{"a\xc3\xa4z", 2, 1},
	{"a\xc3\xa4z", 3, 3},
	{"\xe2\x82\xac", 1, 0},
	{"\xe2\x82\xac", 2, 0},
	{"\xe2\x82\xac", 3, 3},
	{"x\xf0\x9f\x98\x80", 4, 1},
	{"x\xf0\x9f\x98\x80", 5, 5},
	{"\x80\x80\x80\x80\x80", 5, 5}, /* no text: nothing to complete */
	{"a\xff\x9f\x98\x80", 5, 5},    /* no character begins so */
	{"a\xff", 2, 2},
	{"a\xc1", 2, 2},
	{"a\xed\xa0", 3, 3}, /* a surrogate */
	{"a\xc3(", 3, 3},
};

START_TEST(trims_a_cut_character)
{
	struct bytes text = utf8_trim(BYTES(cuts[_i].text, cuts[_i].cut));

	ck_assert_msg(
		text.size == cuts[_i].kept, "row %d: kept %zu of %zu", _i, text.size, cuts[_i].cut);
}
END_TEST

START_TEST(text_has_no_nul)
{
	ck_assert(utf8_is_text(BYTES_NONE));
	ck_assert(utf8_is_text(bytes_text("a\xc3\xa9\xf0\x9f\x98\x80\n")));
	ck_assert(!utf8_is_text(BYTES((const uint8_t *)"a\0b", 3)));
	ck_assert(!utf8_is_text(bytes_text("a\xc3")));
	ck_assert(!utf8_is_text(bytes_text("\xff")));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("utf8");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_test(all, judges_two_bytes_as_jansson);
	tcase_add_test(all, judges_corners_as_jansson);
	tcase_add_test(all, text_has_no_nul);
	tcase_add_loop_test(all, trims_a_cut_character, 0, sizeof(cuts) / sizeof(cuts[0]));
	return run_suite(suite);
}
