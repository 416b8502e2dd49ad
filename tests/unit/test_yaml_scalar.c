/* The core schema of YAML 1.2, scalar by scalar. */
#include <check.h>

#include "common/memory.h"
#include "server/yaml_scalar.h"
#include "tests/run_suite.h"

static const struct {
	const char *text;
	const char *json; /* NULL: refused */
} scalars[] = {
	{"", "null"},
	{"~", "null"},
	{"null", "null"},
	{"NULL", "null"},
	{"nULL", "\"nULL\""},
	{"true", "true"},
	{"True", "true"},
	{"FALSE", "false"},
	{"tRue", "\"tRue\""},
	{"yes", "\"yes\""},
	{"no", "\"no\""},
	{"on", "\"on\""},
	{"off", "\"off\""},
	{"0", "0"},
	{"-12", "-12"},
	{"+12", "12"},
	{"012", "12"},
	{"0o14", "12"},
	{"0o18", "\"0o18\""},
	{"0x1F", "31"},
	{"0x", "\"0x\""},
	{"0b11", "\"0b11\""},
	{"-0x1", "\"-0x1\""},
	{"1_000", "\"1_000\""},
	{"190:20:30", "\"190:20:30\""},
	{"9223372036854775807", "9223372036854775807"},
	{"-9223372036854775808", "-9223372036854775808"},
	{"9223372036854775808", NULL},
	{"0xffffffffffffffff", NULL},
	{"1.5", "1.5"},
	{"-.5", "-0.5"},
	{"1.", "1.0"},
	{"1e3", "1000.0"},
	{"25E-1", "2.5"},
	{".", "\".\""},
	{"-", "\"-\""},
	{"+", "\"+\""},
	{"e3", "\"e3\""},
	{"1e", "\"1e\""},
	{"1e+", "\"1e+\""},
	{"1.2.3", "\"1.2.3\""},
	{"127.0.0.1:0", "\"127.0.0.1:0\""},
	{"1e999", NULL},
	{".inf", NULL},
	{"-.Inf", NULL},
	{".NaN", NULL},
	{"-.nan", "\"-.nan\""},
	{"2026-01-31", "\"2026-01-31\""},
	{"2008_r2", "\"2008_r2\""},
	{"text", "\"text\""},
};

START_TEST(types_scalars)
{
	const char *why = NULL;
	json_t *value = yaml_scalar_resolve(scalars[_i].text, &why);
	TEXT_CLEANUP char *json = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;

	if (scalars[_i].json) {
		ck_assert_msg(json && strcmp(json, scalars[_i].json) == 0, "\"%s\" became %s",
			scalars[_i].text, json);
		ck_assert_ptr_null(why);
	} else {
		ck_assert_msg(!json, "\"%s\" became %s", scalars[_i].text, json);
		ck_assert_ptr_nonnull(why);
	}
	json_decref(value);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("yaml_scalar");
	TCase *cases = tcase_create("yaml_scalar");

	tcase_add_loop_test(cases, types_scalars, 0, sizeof(scalars) / sizeof(scalars[0]));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
