/* The JSON writer, read back by jansson. */
#include <check.h>
#include <jansson.h>

#include "common/json_writer.h"
#include "tests/run_suite.h"

static json_t *
parse(const struct buffer *text)
{
	json_error_t error;
	json_t *value = json_loadb((const char *)text->data, text->size,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);

	ck_assert_msg(value != NULL, "%s: %.*s", error.text, (int)text->size, (char *)text->data);
	return value;
}

START_TEST(writes_exact_text)
{
	BUFFER_CLEANUP struct buffer out = {0};

	json_writer_open_object(&out, NULL);
	json_writer_open_array(&out, "empty");
	json_writer_close_array(&out);
	json_writer_open_array(&out, "list");
	json_writer_number(&out, NULL, 1);
	json_writer_text(&out, NULL, bytes_text("{"));
	json_writer_open_object(&out, NULL);
	json_writer_close_object(&out);
	json_writer_boolean(&out, NULL, false);
	json_writer_close_array(&out);
	json_writer_open_object(&out, "inner");
	json_writer_hex(&out, "hex", BYTES("\x00\xfe", 2));
	json_writer_base64(&out, "base64", BYTES("\x00\xfe\xff", 3));
	json_writer_boolean(&out, "yes", true);
	json_writer_close_object(&out);
	json_writer_thousandths(&out, "ms", 12003);
	json_writer_thousandths(&out, "less", 7);
	json_writer_null(&out, "none");
	json_writer_word(&out, "end", "client-left");
	json_writer_close_object(&out);
	ck_assert_str_eq(buffer_text(&out),
		"{\"empty\":[],\"list\":[1,\"{\",{},false],\"inner\":{\"hex\":\"00fe\",\"base64\":"
		"\"AP7/\",\"yes\":"
		"true},"
		"\"ms\":12.003,\"less\":0.007,\"none\":null,\"end\":\"client-left\"}");
	json_decref(parse(&out));
}
END_TEST

START_TEST(quotes_without_a_comma)
{
	BUFFER_CLEANUP struct buffer out = {0};

	buffer_append_text(&out, "key: ");
	json_writer_quote(&out, bytes_text("a\"b"));
	ck_assert_str_eq(buffer_text(&out), "key: \"a\\\"b\"");
}
END_TEST

START_TEST(begins_a_new_line_without_comma)
{
	BUFFER_CLEANUP struct buffer out = {0};

	json_writer_number(&out, NULL, 1);
	buffer_append_byte(&out, '\n');
	json_writer_number(&out, NULL, 2);
	ck_assert_str_eq(buffer_text(&out), "1\n2");
}
END_TEST

static const int64_t numbers[] = {
	0, 1, 9, 10, -1, -10, 2148204809, INT32_MIN, INT64_MAX, INT64_MIN};

START_TEST(writes_numbers)
{
	BUFFER_CLEANUP struct buffer out = {0};
	json_t *value;

	json_writer_number(&out, NULL, numbers[_i]);
	value = parse(&out);
	ck_assert_int_eq(json_integer_value(value), numbers[_i]);
	json_decref(value);
}
END_TEST

static const struct {
	struct bytes text;
	struct bytes read; /* as jansson reads it back */
} texts[] = {
	{{(const uint8_t *)"", 0}, {(const uint8_t *)"", 0}},
	{{(const uint8_t *)"CN=\"a\\b\"/", 9}, {(const uint8_t *)"CN=\"a\\b\"/", 9}},
	{{(const uint8_t *)"\0\x01\n\x1f\x7f", 5}, {(const uint8_t *)"\0\x01\n\x1f\x7f", 5}},
	{{(const uint8_t *)"\xe2\x82\xac\xf0\x9f\x98\x80", 7},
		{(const uint8_t *)"\xe2\x82\xac\xf0\x9f\x98\x80", 7}},
	{{(const uint8_t *)"a\xff"
			   "b",
		 3},
		{(const uint8_t *)"a\xef\xbf\xbd"
				  "b",
			5}},
	{{(const uint8_t *)"\xe2\x82", 2}, {(const uint8_t *)"\xef\xbf\xbd\xef\xbf\xbd", 6}},
	{{(const uint8_t *)"\xc0\x80", 2}, {(const uint8_t *)"\xef\xbf\xbd\xef\xbf\xbd", 6}},
};

START_TEST(escapes_any_text)
{
	BUFFER_CLEANUP struct buffer out = {0};
	json_t *value;

	json_writer_text(&out, NULL, texts[_i].text);
	value = parse(&out);
	ck_assert_msg(bytes_equal(BYTES(json_string_value(value), json_string_length(value)),
			      texts[_i].read),
		"row %d: %s", _i, buffer_text(&out));
	json_decref(value);
}
END_TEST

/* Wherever it stands: text is looked at in blocks. */
START_TEST(escapes_at_every_place)
{
	static const char specials[] = {'"', '\\', '\n', '\x1f'};

	for (size_t i = 0; i < sizeof(specials); i++) {
		BUFFER_CLEANUP struct buffer out = {0};
		char text[40];
		json_t *value;

		memset(text, 'a', sizeof(text));
		text[_i] = specials[i];
		json_writer_text(&out, NULL, BYTES(text, sizeof(text)));
		value = parse(&out);
		ck_assert(bytes_equal(BYTES(json_string_value(value), json_string_length(value)),
			BYTES(text, sizeof(text))));
		json_decref(value);
	}
}
END_TEST

/* No single byte may end the string early or leave the line. */
START_TEST(survives_every_byte)
{
	BUFFER_CLEANUP struct buffer out = {0};
	uint8_t all[256];

	for (unsigned i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	json_writer_text(&out, NULL, BYTES(all, sizeof(all)));
	json_decref(parse(&out));
	for (size_t i = 0; i < out.size; i++)
		ck_assert_uint_ge(out.data[i], 0x20);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json_writer");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_test(all, writes_exact_text);
	tcase_add_test(all, quotes_without_a_comma);
	tcase_add_test(all, begins_a_new_line_without_comma);
	tcase_add_loop_test(all, writes_numbers, 0, sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_loop_test(all, escapes_any_text, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_loop_test(all, escapes_at_every_place, 0, 40);
	tcase_add_test(all, survives_every_byte);
	return run_suite(suite);
}
