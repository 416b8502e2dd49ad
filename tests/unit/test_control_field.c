/* What bodies and queries may hold: each kind accepted, and each fault with its place. */
#include <check.h>
#include <string.h>

#include "server/control_member.h"
#include "server/control_query.h"
#include "tests/run_suite.h"

static const char *const words[] = {"shared", "own", NULL};

static const struct control_field inner[] = {
	{"at", CONTROL_TIME, .required = true, .help = "a time"},
	{0},
};

static const struct control_field fields[] = {
	{"name", CONTROL_TEXT, 1, 5, .help = "a text"},
	{"count", CONTROL_NUMBER, -1, 10, .help = "a number"},
	{"force", CONTROL_BOOLEAN, .help = "a flag"},
	{"ca", CONTROL_CHOICE, .choices = words, .help = "a word"},
	{"ttl", CONTROL_DURATION, 1, 60000, .help = "a duration"},
	{"by", CONTROL_DURATION, -60000, 60000, .help = "a move"},
	{"texts", CONTROL_TEXTS, 1, 2, .help = "texts"},
	{"one", CONTROL_OBJECT, .fields = inner, .help = "an object"},
	{"many", CONTROL_OBJECTS, 0, 2, .fields = inner, .help = "objects"},
	{"settings", CONTROL_SETTINGS, .help = "settings"},
	{"rule", CONTROL_RULE, .help = "a rule"},
	{0},
};

static const struct {
	const char *body;
	const char *pointer; /* NULL: it is good */
	const char *words;   /* that the message holds */
} bodies[] = {
	{"{}", NULL, NULL},
	{"{\"name\": null, \"count\": null}", NULL, NULL},
	{"{\"name\": \"abcde\", \"count\": 10, \"force\": false, \"ca\": \"own\"}", NULL, NULL},
	{"{\"ttl\": \"1m\", \"by\": \"-1m\", \"texts\": [\"a\"]}", NULL, NULL},
	{"{\"one\": {\"at\": \"2026-01-31T23:59:59Z\"}, \"many\": []}", NULL, NULL},
	{"{\"settings\": {\"password_max\": 7, \"challenge\": null, \"max_url\": null}}", NULL,
		NULL},
	{"[]", "", "a list; expected an object"},
	{"{\"nam\": 1}", "/nam", "did you mean name?"},
	{"{\"a/b~c\": 1}", "/a~1b~0c", "no such member"},
	{"{\"name\": \"\"}", "/name", "1 to 5 bytes"},
	{"{\"name\": \"abcdef\"}", "/name", "one of 6"},
	{"{\"name\": \"a\\u0000\"}", "/name", "a NUL"},
	{"{\"count\": 11}", "/count", "-1 to 10"},
	{"{\"count\": 1.5}", "/count", "whole number"},
	{"{\"force\": 1}", "/force", "true or false"},
	{"{\"ca\": \"onw\"}", "/ca", "did you mean own?"},
	{"{\"ca\": 7}", "/ca", "shared, own"},
	{"{\"ttl\": \"0ms\"}", "/ttl", "1ms to 1m"},
	{"{\"ttl\": \"-1s\"}", "/ttl", "-1s"},
	{"{\"by\": \"2m\"}", "/by", "at most 1m"},
	{"{\"texts\": []}", "/texts", "1 to 2 items"},
	{"{\"texts\": [\"a\", 1]}", "/texts/1", "a text"},
	{"{\"one\": {}}", "/one", "at is missing"},
	{"{\"one\": {\"at\": null}}", "/one", "at is missing"},
	{"{\"one\": {\"at\": \"now\"}}", "/one/at", "2027-01-31T23:59:59Z"},
	{"{\"many\": [{\"at\": \"2026-01-31T23:59:59Z\"}, {\"at\": 1}]}", "/many/1/at", "number"},
	{"{\"settings\": {\"pasword_max\": 7}}", "/settings/pasword_max",
		"did you mean password_max?"},
	{"{\"settings\": {\"password_max\": -7}}", "/settings/password_max", "to"},
	{"{\"settings\": 1}", "/settings", "NAME: VALUE"},
	{"{\"rule\": []}", "/rule", "a rule"},
};

START_TEST(checks_bodies)
{
	CONTROL_PROBLEM_CLEANUP struct control_problem problem = {0};
	json_t *body = json_loads(bodies[_i].body, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	bool good = control_field_check(&problem, fields, body, "");
	const json_t *error = json_array_get(problem.errors, 0);

	ck_assert_ptr_nonnull(body);
	ck_assert_msg(good == !bodies[_i].pointer, "%s", bodies[_i].body);
	ck_assert_int_eq(control_problem_is_set(&problem), !good);
	if (!good) {
		const char *message = json_string_value(json_object_get(error, "message"));

		ck_assert_str_eq(
			json_string_value(json_object_get(error, "pointer")), bodies[_i].pointer);
		ck_assert_msg(
			strstr(message, bodies[_i].words), "%s: %s", bodies[_i].body, message);
	}
	json_decref(body);
}
END_TEST

START_TEST(tells_all_faults_at_once)
{
	CONTROL_PROBLEM_CLEANUP struct control_problem problem = {.status = 422};
	json_t *body = json_loads("{\"x\": 1, \"count\": \"1\", \"ca\": \"z\"}", 0, NULL);
	json_t *json;

	ck_assert(!control_field_check(&problem, fields, body, "/part"));
	json = control_problem_json(&problem);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "errors")), 3);
	ck_assert_str_eq(
		json_string_value(json_object_get(json, "title")), "Unprocessable Content");
	ck_assert_ptr_nonnull(
		strstr(json_string_value(json_object_get(json, "detail")), "/part/x"));
	json_decref(json);
	json_decref(body);
}
END_TEST

START_TEST(keeps_no_more_faults_than_are_told)
{
	CONTROL_PROBLEM_CLEANUP struct control_problem problem = {0};
	json_t *body = json_object();

	for (int i = 0; i < 1000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "x%d", i);
		json_object_set_new(body, name, json_true());
	}
	ck_assert(!control_field_check(&problem, fields, body, ""));
	ck_assert_uint_eq(json_array_size(problem.errors), CONTROL_ERRORS_MAX);
	json_decref(body);
}
END_TEST

static const struct {
	const char *query;
	const char *pointer; /* NULL: it is good */
} queries[] = {
	{"", NULL},
	{"name=a%2Fb&count=7&force=true&ca=own", NULL},
	{"force", NULL},
	{"&&name=a&", NULL},
	{"name=a+b", NULL},
	{"name=a&name=b", "name"},
	{"name=%zz", "name"},
	{"name=%00", "name"},
	{"%zz=1", "query"},
	{"count=x", "count"},
	{"count=11", "count"},
	{"force=yes", "force"},
	{"nmae=a", "nmae"},
	{"name=%FF", "name"},
};

START_TEST(checks_queries)
{
	CONTROL_PROBLEM_CLEANUP struct control_problem problem = {0};
	json_t *query = control_query_read(&problem, fields, bytes_text(queries[_i].query));
	const json_t *error = json_array_get(problem.errors, 0);

	ck_assert_msg((error == NULL) == (queries[_i].pointer == NULL), "%s", queries[_i].query);
	if (error)
		ck_assert_str_eq(
			json_string_value(json_object_get(error, "pointer")), queries[_i].pointer);
	json_decref(query);
}
END_TEST

START_TEST(reads_members)
{
	json_t *body =
		json_loads("{\"name\": \"a\", \"count\": 7, \"force\": true, \"ca\": \"own\","
			   " \"by\": \"-1m\", \"at\": \"1970-01-01T00:00:01Z\", \"none\": null}",
			0, NULL);

	ck_assert_str_eq(control_member_text(body, "name", "b"), "a");
	ck_assert_str_eq(control_member_text(body, "none", "b"), "b");
	ck_assert_int_eq(control_member_number(body, "count", 1), 7);
	ck_assert_int_eq(control_member_number(body, "none", 1), 1);
	ck_assert(control_member_boolean(body, "force", false));
	ck_assert_int_eq(control_member_duration(body, "by", 1), -60000);
	ck_assert_int_eq(control_member_time(body, "at", 1), 1000);
	ck_assert_int_eq(control_member_choice(body, &fields[3], 0), 1);
	ck_assert_int_eq(control_member_number(NULL, "count", 3), 3);
	json_decref(body);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("control_field");
	TCase *tests = tcase_create("all");

	tcase_add_loop_test(tests, checks_bodies, 0, sizeof(bodies) / sizeof(bodies[0]));
	tcase_add_test(tests, tells_all_faults_at_once);
	tcase_add_test(tests, keeps_no_more_faults_than_are_told);
	tcase_add_loop_test(tests, checks_queries, 0, sizeof(queries) / sizeof(queries[0]));
	tcase_add_test(tests, reads_members);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
