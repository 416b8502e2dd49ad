/* The server's readers of YAML, JSON and queries when memory runs out at any of their allocations. */
#include <check.h>
#include <stdlib.h>

#include "exhaustion_support.h"
#include "server/control_query.h"
#include "server/control_route.h"
#include "server/journal_record.h"
#include "server/profile.h"
#include "tests/run_suite.h"

#define FAULTS "/v1/sites/default/faults"

static int
read_yaml(struct bytes input, struct diag *diag)
{
	YAML_TREE_CLEANUP struct yaml_tree tree = {0};

	return yaml_tree_read(&tree, "a.yaml", input, diag);
}

static int
read_profile(struct bytes input, struct diag *diag)
{
	PROFILE_CLEANUP struct profile profile = {0};

	return profile_read(&profile, "a", "a.yaml", input, diag);
}

/* Takes the words of a problem over. */
static int
outcome_of(struct control_problem *problem, struct diag *diag)
{
	bool refused = control_problem_is_set(problem);
	json_t *json = refused ? control_problem_json(problem) : NULL;

	if (refused)
		diag_refuse(diag, "call", NULL, NULL, "%s",
			json_string_value(json_object_get(
				json_array_get(json_object_get(json, "errors"), 0), "message")));
	json_decref(json);
	return refused ? REFUSED : DONE;
}

static const struct control_route *
route_of(const char *method, const char *path)
{
	BUFFER_CLEANUP struct buffer allow = {0};
	struct control_call call = {0};
	const struct control_route *route;

	if (!control_route_find(&call, method, bytes_text(path), &allow))
		abort();
	route = call.route;
	free(call.parameters[0]);
	return route;
}

static int
read_body(struct bytes input, struct diag *diag)
{
	CONTROL_PROBLEM_CLEANUP struct control_problem problem = {0};
	json_error_t error;
	json_t *body = json_loadb((const char *)input.data, input.size,
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (!body)
		return diag_refuse(diag, "body", NULL, NULL, "%s", error.text);
	control_field_check(&problem, route_of("POST", FAULTS)->body, body, "");
	json_decref(body);
	return outcome_of(&problem, diag);
}

static int
read_query(struct bytes input, struct diag *diag)
{
	CONTROL_PROBLEM_CLEANUP struct control_problem problem = {0};

	json_decref(control_query_read(&problem, route_of("GET", "/v1/requests")->query, input));
	return outcome_of(&problem, diag);
}

static int
read_journal(struct bytes input, struct diag *diag)
{
	struct journal_record *record = NULL;
	int result = journal_record_restore(&record, input, diag);

	journal_record_release(record);
	return result;
}

static const char good_profile[] =
	"title: a\nsymptom: b\ncause: c\nremedy: d\ndocumented: [S3]\naffects: [PKIOperation]\n"
	"reports: {windows: \"0x801901F7\"}\nsettings: {app_pool: stopped}\n"
	"repair: {settings: {app_pool: started}, takes: now}\n"
	"expect: [{request: probe, sees: {status: 503}}]\n";

static const struct {
	struct exhaustion_reader reader;
	const char *input;
	int wanted;
} inputs[] = {
	{{"YAML", read_yaml}, "a: {b: [1, 2.5, \"c\\u00e4\", null], d: |\n  e\n", REFUSED},
	{{"YAML", read_yaml}, "a: {b: [1, 2.5, \"c\\u00e4\", null]}\nd: |\n  e\n  f\n", DONE},
	{{"YAML", read_yaml}, "a: 1\na: 2\n", REFUSED},
	{{"profile", read_profile}, good_profile, DONE},
	{{"profile", read_profile}, "title: a\nsettings: {app_pol: stopped}\n", REFUSED},
	{{"JSON body", read_body},
		"{\"id\": \"a\", \"match\": {\"operation\": \"GetCACaps\"}, \"when\": {\"times\": "
		"2}, "
		"\"do\": {\"status\": 503}}",
		DONE},
	{{"JSON body", read_body}, "{\"idd\": \"a\", \"do\": 1}", REFUSED},
	{{"JSON body", read_body}, "{\"id\": \"a\", \"do\": {\"status\": ", REFUSED},
	{{"query", read_query}, "limit=2&operation=Get%2A&since=2026-01-31T23:59:59Z", DONE},
	{{"query", read_query}, "limit=x&operatoin=a&b=%zz", REFUSED},
	{{"journal", read_journal},
		"{\"exchange\": 3, \"site\": \"default\", \"time\": \"2026-01-31T23:59:58.747Z\", "
		"\"request\": {\"target\": \"/site/a/certsrv/?operation=a\"}}",
		DONE},
	{{"journal", read_journal}, "{\"exchange\": 3}", REFUSED},
};

START_TEST(they_judge_or_memory_ends_it)
{
	ck_assert_uint_gt(
		exhaustion_try(&inputs[_i].reader, bytes_text(inputs[_i].input), inputs[_i].wanted),
		0);
}
END_TEST

int
main(void)
{
	Suite *suite;
	TCase *all;

	exhaustion_start();
	suite = suite_create("exhaustion_server");
	all = tcase_create("all");
	suite_add_tcase(suite, all);
	tcase_add_loop_test(
		all, they_judge_or_memory_ends_it, 0, sizeof(inputs) / sizeof(inputs[0]));
	return run_suite(suite);
}
