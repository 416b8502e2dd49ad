/* Texts and JSON that are written as YAML: whatever they hold is read back. */
#include <check.h>
#include <string.h>

#include "common/memory.h"
#include "common/utf8.h"
#include "server/yaml_text.h"
#include "server/yaml_tree.h"
#include "tests/run_suite.h"

#define POINTS_AT_ONCE 0x1000

/* A text of all characters of a block; U+FFFD stands for those that are none. */
static char *
write_block(struct buffer *out, uint32_t block)
{
	for (uint32_t point = block ? block : 1; point < block + POINTS_AT_ONCE; point++)
		if (!utf8_append(out, point))
			buffer_append_text(out, UTF8_REPLACEMENT);
	return buffer_text(out);
}

START_TEST(is_read_back)
{
	BUFFER_CLEANUP struct buffer text = {0}, yaml = {0};
	YAML_TREE_CLEANUP struct yaml_tree tree = {0};
	struct diag diag = {0};
	char words[DIAG_TEXT_SIZE];
	json_t *wanted;

	write_block(&text, (uint32_t)_i * POINTS_AT_ONCE);
	wanted = json_pack("{s: s, s: [{s: s}]}", "text", buffer_text(&text), "json", "inner",
		buffer_text(&text));
	ck_assert_ptr_nonnull(wanted);
	buffer_append_text(&yaml, "text: ");
	yaml_text_write(&yaml, buffer_text(&text));
	buffer_append_text(&yaml, "\njson: ");
	yaml_text_write_json(&yaml, json_object_get(wanted, "json"));
	ck_assert_msg(yaml_tree_read(&tree, "f", buffer_bytes(&yaml), &diag) == DONE, "%s",
		diag_text(words, &diag));
	ck_assert(json_equal(tree.root, wanted));
	json_decref(wanted);
}
END_TEST

START_TEST(leaves_what_yaml_reads)
{
	BUFFER_CLEANUP struct buffer yaml = {0};

	yaml_text_write(&yaml,
		"Gr\xc3\xbc\xc3\x9f"
		"e \"a\"\n");
	yaml_text_write(&yaml, NULL);
	yaml_text_write(&yaml, "\x7f\xc2\x85\xe2\x80\xa8\xc2");
	ck_assert_str_eq(buffer_text(&yaml),
		"\"Gr\xc3\xbc\xc3\x9f"
		"e \\\"a\\\"\\u000a\"null\"\\u007f\\u0085\\u2028\xef\xbf\xbd\"");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("yaml_text");
	TCase *tests = tcase_create("yaml_text");

	tcase_add_loop_test(tests, is_read_back, 0, 0x110000 / POINTS_AT_ONCE);
	tcase_add_test(tests, leaves_what_yaml_reads);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
