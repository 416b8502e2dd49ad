/* Routes by method and path, their parameters, and what every row owes to its readers. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "server/control_record.h"
#include "server/control_route.h"
#include "server/json_place.h"
#include "tests/run_suite.h"

static const struct {
	const char *method, *path;
	const char *name; /* of the row; NULL: none */
	const char *parameter;
	unsigned status; /* without one */
} paths[] = {
	{"GET", "/v1/sites", "listSites", NULL, 0},
	{"GET", "/v1/sites/a", "getSite", "a", 0},
	{"GET", "/v1/sites/fault%2Fx%40y", "getSite", "fault/x@y", 0},
	{"GET", "/v1/sites/%zz", NULL, NULL, 400}, /* no text */
	{"POST", "/v1/sites/a/faults/rearm", "rearmAll", "a", 0},
	{"GET", "/v1/sites/", "listSites", NULL, 0}, /* as one types it */
	{"GET", "/v1/sites//faults", NULL, NULL, 404},
	{"GET", "/v1/site", NULL, NULL, 404},
	{"GET", "/", NULL, NULL, 404},
	{"GET", "", NULL, NULL, 404},
	{"BREW", "/v1/sites", NULL, NULL, 405},
	{"get", "/v1/sites", NULL, NULL, 405},
};

START_TEST(finds_rows)
{
	struct control_call *call = calloc(1, sizeof(*call));
	BUFFER_CLEANUP struct buffer allow = {0};
	bool found = control_route_find(call, paths[_i].method, bytes_text(paths[_i].path), &allow);

	ck_assert_msg(found == (paths[_i].name != NULL), "%s", paths[_i].path);
	if (found)
		ck_assert_str_eq(call->route->name, paths[_i].name);
	else
		ck_assert_uint_eq(call->problem.status, paths[_i].status);
	if (paths[_i].parameter)
		ck_assert_str_eq(call->parameters[0], paths[_i].parameter);
	ck_assert_int_eq(allow.size > 0 && !found, paths[_i].status == 405);
	control_call_free(call);
}
END_TEST

/* A path that two rows of one method fit would be decided by their order. */
START_TEST(says_what_readers_need)
{
	const struct control_route *row;

	for (size_t i = 0; (row = control_route_at(i)); i++) {
		ck_assert_msg(row->name && row->help && row->success, "%s", row->path);
		ck_assert_msg(row->run || row->work, "%s", row->name);
		ck_assert_msg(strlen(row->help) > 8 && row->help[strlen(row->help) - 1] != '.',
			"%s", row->name);
		ck_assert_msg(row->success == 204 || row->answer || row->content_type ||
				strcmp(row->name, "getRequest") == 0 ||
				strstr(row->path, ".json") || strstr(row->path, "profile"),
			"%s says nothing of its answer", row->name);
		for (size_t j = 0; j < i; j++)
			ck_assert_msg(strcmp(row->name, control_route_at(j)->name) != 0,
				"%s is there twice", row->name);
	}
}
END_TEST

/* The conditions of queries are those of the journal's filter. */
START_TEST(has_every_condition_of_the_journal)
{
	const char *help, *name;
	size_t count = 0;

	for (size_t i = 0; (name = journal_filter_name_at(&help, i)); i++)
		if (strcmp(name, "time") != 0)
			ck_assert_msg(
				control_field_find(control_record_conditions, name), "%s", name);
	for (; control_record_conditions[count].name; count++) {
		bool known = false;

		for (size_t i = 0; (name = journal_filter_name_at(&help, i)); i++)
			known |= strcmp(name, control_record_conditions[count].name) == 0;
		ck_assert_msg(known, "%s", control_record_conditions[count].name);
	}
	ck_assert_uint_gt(count, 10);
}
END_TEST

START_TEST(points_to_values)
{
	json_t *root = json_loads("{\"a/b\": [1, {\"~\": {}}], \"c\": {\"d\": []}}", 0, NULL);
	const json_t *list = json_object_get(root, "a/b");
	const struct {
		const json_t *value;
		const char *pointer;
	} places[] = {
		{root, ""},
		{list, "/a~1b"},
		{json_object_get(json_array_get(list, 1), "~"), "/a~1b/1/~0"},
		{json_object_get(json_object_get(root, "c"), "d"), "/c/d"},
	};
	json_t *stranger = json_object();

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		BUFFER_CLEANUP struct buffer out = {0};

		ck_assert(json_place_find(&out, root, places[i].value));
		ck_assert_str_eq(buffer_text(&out), places[i].pointer);
		ck_assert(!json_place_find(&out, root, stranger));
		ck_assert_str_eq(buffer_text(&out), places[i].pointer);
	}
	json_decref(stranger);
	json_decref(root);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("control_route");
	TCase *tests = tcase_create("all");

	tcase_add_loop_test(tests, finds_rows, 0, sizeof(paths) / sizeof(paths[0]));
	tcase_add_test(tests, says_what_readers_need);
	tcase_add_test(tests, has_every_condition_of_the_journal);
	tcase_add_test(tests, points_to_values);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
