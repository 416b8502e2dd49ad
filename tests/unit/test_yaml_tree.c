/* YAML texts as trees, the places in them, and every sentence that refuses one. */
#include <check.h>
#include <string.h>

#include "common/memory.h"
#include "server/yaml_tree.h"
#include "tests/run_suite.h"

static const struct {
	const char *text;
	const char *json;
} good[] = {
	{"", "{}"},
	{"# nothing\n", "{}"},
	{"---\n", "{}"},
	{"%YAML 1.1\n---\na: 1\n", "{\"a\":1}"},
	{"a: 1\nb: text\nc: [1, x, null]\n", "{\"a\":1,\"b\":\"text\",\"c\":[1,\"x\",null]}"},
	{"a:\n  b:\n    - 1\n    - c: yes\n", "{\"a\":{\"b\":[1,{\"c\":\"yes\"}]}}"},
	{"a: \"1\"\nb: '2'\nc: \"true\"\nd: ''\ne:\n",
		"{\"a\":\"1\",\"b\":\"2\",\"c\":\"true\",\"d\":\"\",\"e\":null}"},
	{"a: |\n  1\n  2\nb: >-\n  3\n", "{\"a\":\"1\\n2\\n\",\"b\":\"3\"}"},
	{"{\"a\": {\"b\": [true]}}", "{\"a\":{\"b\":[true]}}"},
	{"2019: x\n\"true\": y\n", "{\"2019\":\"x\",\"true\":\"y\"}"},
	{"a: \"\\u00e4\\\\\\\"\"\n", "{\"a\":\"\xc3\xa4\\\\\\\"\"}"},
	{"- 1\n- 2\n", "[1,2]"},
	{"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"},
};

START_TEST(reads_trees)
{
	YAML_TREE_CLEANUP struct yaml_tree tree = {0};
	TEXT_CLEANUP char *json = NULL;
	struct diag diag = {0};

	ck_assert_msg(yaml_tree_read(&tree, "f", bytes_text(good[_i].text), &diag) == DONE,
		"%s: %s", good[_i].text, diag.found);
	json = json_dumps(tree.root, JSON_COMPACT);
	ck_assert_str_eq(json, good[_i].json);
}
END_TEST

static const struct {
	const char *text;
	const char *sentence;
} bad[] = {
	{"a: 1\nb: 2\na: 3\n", "f:3:1: \"a\" stands here twice; expected each key once"},
	{"a: 1\n\"a\": 2\n", "f:2:1: \"a\" stands here twice; expected each key once"},
	{"a: &x 1\n", "f:1:4: an anchor; expected the value itself"},
	{"a: &x [1]\n", "f:1:4: an anchor; expected the value itself"},
	{"&x a: 1\n", "f:1:1: an anchor; expected the value itself"},
	{"a: *x\n", "f:1:4: an alias; expected the value itself"},
	{"a: !!str 1\n", "f:1:4: a tag; expected the value itself"},
	{"a: !own {b: 1}\n", "f:1:4: a tag; expected the value itself"},
	{"a: 1\n---\nb: 2\n", "f:2:1: a second document; expected one"},
	{"{a: 1}\n...\n{b: 2}\n", "f:3:1: did not find expected <document start>; expected YAML"},
	{"? [1]\n: 2\n", "f:1:3: a mapping or a list; expected a text as key"},
	{"a: 99999999999999999999\n",
		"f:1:4: a number of more than 64 bits; expected one that fits, or a text in "
		"quotes"},
	{"- .inf\n",
		"f:1:3: a number that is not finite; expected one that fits, or a text in quotes"},
	{"a: \"x\\0y\"\n", "f:1:4: a NUL; expected a text without NUL characters"},
	{"\"x\\0\": 1\n", "f:1:1: a NUL; expected a key without NUL characters"},
	{"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
		"f:1:17: one level too many; expected at most 16 levels"},
	{"a: [1\n",
		"f:2:1: did not find expected ',' or ']' while parsing a flow sequence; "
		"expected YAML"},
	{"a: b: c\n", "f:1:5: mapping values are not allowed in this context; expected YAML"},
	{"a: 1\n\tb: 2\n",
		"f:2:1: found a tab character that violates indentation while scanning a plain "
		"scalar; "
		"expected YAML"},
	{"a: \xff\n", "f:1:4: invalid leading UTF-8 octet; expected YAML"},
	{"\xc3\xa4: 1\nb: \xc3\xa4\xc3\n", "f:2:6: invalid trailing UTF-8 octet; expected YAML"},
	{"a: 1\nb: \x01\n", "f:2:4: control characters are not allowed; expected YAML"},
};

START_TEST(refuses_texts)
{
	YAML_TREE_CLEANUP struct yaml_tree tree = {0};
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_msg(yaml_tree_read(&tree, "f", bytes_text(bad[_i].text), &diag) == REFUSED,
		"%s passed", bad[_i].text);
	ck_assert_str_eq(diag_text(text, &diag), bad[_i].sentence);
}
END_TEST

START_TEST(reads_no_bytes)
{
	YAML_TREE_CLEANUP struct yaml_tree tree = {0};

	ck_assert_int_eq(yaml_tree_read(&tree, "f", BYTES_NONE, NULL), DONE);
	ck_assert_uint_eq(json_object_size(tree.root), 0);
}
END_TEST

START_TEST(refuses_long_texts)
{
	YAML_TREE_CLEANUP struct yaml_tree tree = {0}, fits = {0};
	BUFFER_CLEANUP struct buffer text = {0};
	struct diag diag = {0};

	memset(buffer_append_space(&text, YAML_TREE_SIZE_MAX), '\n', YAML_TREE_SIZE_MAX);
	ck_assert_int_eq(yaml_tree_read(&fits, "f", buffer_bytes(&text), &diag), DONE);
	buffer_append_byte(&text, '\n');
	ck_assert_int_eq(yaml_tree_read(&tree, "f", buffer_bytes(&text), &diag), REFUSED);
	ck_assert_str_eq(diag.found, "a text that is too long");
}
END_TEST

START_TEST(knows_places)
{
	YAML_TREE_CLEANUP struct yaml_tree tree = {0};
	struct diag diag = {0};
	char text[YAML_PLACE_SIZE];
	const json_t *sites, *list;

	ck_assert_int_eq(
		yaml_tree_read(&tree, "f.yaml",
			bytes_text("a: 1\nlist:\n  - x\n  - y\nsites: {b: {c: true}}\n"), &diag),
		DONE);
	list = json_object_get(tree.root, "list");
	sites = json_object_get(tree.root, "sites");
	ck_assert_str_eq(yaml_tree_place(text, &tree, tree.root, "a", 0), "f.yaml:1:1");
	ck_assert_str_eq(yaml_tree_place(text, &tree, tree.root, "sites", 0), "f.yaml:5:1");
	ck_assert_str_eq(yaml_tree_place(text, &tree, list, NULL, 1), "f.yaml:4:5");
	ck_assert_str_eq(yaml_tree_place(text, &tree, sites, "b", 0), "f.yaml:5:9");
	ck_assert_str_eq(
		yaml_tree_place(text, &tree, json_object_get(sites, "b"), "c", 0), "f.yaml:5:13");
	/* The document itself has no place but its start. */
	ck_assert_str_eq(yaml_tree_place(text, &tree, NULL, NULL, 0), "f.yaml:1:1");
}
END_TEST

START_TEST(shortens_long_names)
{
	YAML_TREE_CLEANUP struct yaml_tree tree = {0};
	char name[] = "/a/rather/long/path/to/a/directory/of/a/test/in/which/there/is/a/file.yaml";
	struct diag diag = {0};

	ck_assert_int_eq(yaml_tree_read(&tree, name, bytes_text("a: *x"), &diag), REFUSED);
	ck_assert_str_eq(diag.object,
		"...long/path/to/a/directory/of/a/test/in/which/there/is/a/"
		"file.yaml:1:4");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("yaml_tree");
	TCase *cases = tcase_create("yaml_tree");

	tcase_add_loop_test(cases, reads_trees, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(cases, refuses_texts, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(cases, reads_no_bytes);
	tcase_add_test(cases, refuses_long_texts);
	tcase_add_test(cases, knows_places);
	tcase_add_test(cases, shortens_long_names);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
