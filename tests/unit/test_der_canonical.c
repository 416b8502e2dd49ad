/* BER made DER, by hand-made bytes. */
#include <check.h>

#include "common/der_canonical.h"
#include "tests/run_suite.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	const char *name;
	const char *in;
	size_t in_size;
	const char *out; /* NULL: refused */
	size_t out_size;
} encodings[] = {
#define ROW(name, in, out)                                                                         \
	{                                                                                          \
		name, in, sizeof(in) - 1, out, sizeof(out) - 1                                     \
	}
#define REFUSAL(name, in)                                                                          \
	{                                                                                          \
		name, in, sizeof(in) - 1, NULL, 0                                                  \
	}
	ROW("nothing", "", "\x31\x00"),
	ROW("DER", "\x30\x03\x02\x01\x05", "\x31\x05\x30\x03\x02\x01\x05"),
	ROW("an indefinite length", "\x30\x80\x02\x01\x05\x00\x00", "\x31\x05\x30\x03\x02\x01\x05"),
	ROW("long lengths", "\x30\x83\x00\x00\x05\x02\x82\x00\x01\x05",
		"\x31\x05\x30\x03\x02\x01\x05"),
	ROW("an unsorted set", "\x02\x01\x09\x02\x01\x03", "\x31\x06\x02\x01\x03\x02\x01\x09"),
	ROW("the shorter first", "\x04\x02\x01\x02\x04\x01\x09",
		"\x31\x07\x04\x01\x09\x04\x02\x01\x02"),
	ROW("a set within", "\x30\x08\x31\x06\x02\x01\x09\x02\x01\x03",
		"\x31\x0a\x30\x08\x31\x06\x02\x01\x03\x02\x01\x09"),
	ROW("a SEQUENCE keeps its order", "\x30\x06\x02\x01\x09\x02\x01\x03",
		"\x31\x08\x30\x06\x02\x01\x09\x02\x01\x03"),
	ROW("sorted by what it becomes", "\x30\x80\x05\x00\x00\x00\x30\x00",
		"\x31\x06\x30\x00\x30\x02\x05\x00"),
	ROW("a string in chunks", "\x24\x80\x04\x01\x61\x24\x03\x04\x01\x62\x00\x00",
		"\x31\x04\x04\x02"
		"ab"),
	ROW("a text in chunks", "\x33\x04\x04\x02\x31\x39", "\x31\x04\x13\x02\x31\x39"),
	ROW("a tagged element", "\xa0\x80\x05\x00\x00\x00", "\x31\x04\xa0\x02\x05\x00"),
	ROW("TRUE as 01", "\x01\x01\x01", "\x31\x03\x01\x01\xff"),
	ROW("FALSE", "\x01\x01\x00", "\x31\x03\x01\x01\x00"),
	REFUSAL("a cut element", "\x30\x03\x02\x01"),
	REFUSAL("a cut element within", "\x30\x03\x02\x02\x05"),
	REFUSAL("no end-of-contents", "\x30\x80\x05\x00"),
	REFUSAL("a chunk of another type", "\x24\x03\x02\x01\x05"),
#undef ROW
#undef REFUSAL
};

START_TEST(makes_der)
{
	BUFFER_CLEANUP struct buffer out = {0}, again = {0};
	struct bytes input = BYTES(encodings[_i].in, encodings[_i].in_size);
	bool done;

	buffer_append_text(&out, "before");
	done = der_canonical_set(&out, input);
	ck_assert_msg(done == (encodings[_i].out != NULL), "%s", encodings[_i].name);
	ck_assert_msg(bytes_equal(BYTES(out.data + 6, out.size - 6),
			      BYTES(encodings[_i].out, encodings[_i].out_size)),
		"%s", encodings[_i].name);
	if (!done)
		return;
	/* What is DER stays as it is; two octets are the SET's own head. */
	ck_assert(der_canonical_set(&again, BYTES(out.data + 8, out.size - 8)));
	ck_assert(bytes_equal(buffer_bytes(&again), BYTES(out.data + 6, out.size - 6)));
}
END_TEST

START_TEST(stops_at_deep_nesting)
{
	BUFFER_CLEANUP struct buffer out = {0};
	uint8_t deep[80];

	for (size_t i = 0; i < sizeof(deep); i += 2) {
		deep[i] = 0x30;
		deep[i + 1] = (uint8_t)(sizeof(deep) - i - 2);
	}
	ck_assert(!der_canonical_set(&out, BYTES(deep, sizeof(deep))));
	ck_assert_uint_eq(out.size, 0);
	ck_assert(der_canonical_set(&out, BYTES(deep + 20, sizeof(deep) - 20)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("der_canonical");
	TCase *tests = tcase_create("der_canonical");

	tcase_add_loop_test(tests, makes_der, 0, COUNT(encodings));
	tcase_add_test(tests, stops_at_deep_nesting);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
