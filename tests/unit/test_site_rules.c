/* Rules and profiles that come and go in a site; what is counted on and what is put back. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ca_support.h"
#include "common/memory.h"
#include "server/exchange.h"
#include "server/rule.h"
#include "server/server.h"
#include "server/site_profiles.h"
#include "server/site_rules.h"
#include "server/site_verb.h"
#include "tests/run_suite.h"

static struct ca_support support;
static struct site *site;

#define CONFLICTING "app-pool-queue-full"

static void
start(void)
{
	SETTINGS_CLEANUP struct settings settings = {0};
	struct site_plan plan = {
		.name = "default", .base_url = CA_SUPPORT_URL, .settings = &settings};
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	settings_init(&settings);
	settings.max_query_string = 4096;
	plan.without = &settings;
	ASSERT_DONE(site_new(&site, &support.server, &plan, &diag), &diag);
}

static void
stop(void)
{
	site_release(site);
	ca_support_done(&support);
}

static json_t *
json(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	ck_assert_msg(value != NULL, "%s", text);
	return value;
}

static int
try_add(const char *text, struct diag *diag)
{
	json_t *rule = json(text);
	char *id = NULL;
	int result = site_rules_add(site, rule, &id, diag);

	json_decref(rule);
	free(id);
	return result;
}

/* Adds a rule and checks its id. */
static void
add(const char *text, const char *id)
{
	json_t *rule = json(text);
	struct diag diag = {0};
	TEXT_CLEANUP char *got = NULL;

	ASSERT_DONE(site_rules_add(site, rule, &got, &diag), &diag);
	ck_assert_str_eq(got, id);
	json_decref(rule);
}

/* Has an exchange come in; returns whether a rule struck it. */
static bool
strike(void)
{
	struct http_exchange http = {.request = {.method = "GET"}};
	struct exchange *exchange = exchange_new(site, &http);
	bool struck;

	request_set_target(&http.request, "/certsrv/mscep/mscep.dll?operation=GetCACaps");
	if (exchange->rules)
		rule_set_decide_head(exchange->rules, exchange);
	struck = exchange->decision.count > 0;
	exchange_free(exchange);
	return struck;
}

static json_int_t
number(const char *id, const char *member)
{
	json_t *rule = site_rules_describe(site, id);
	json_int_t value;

	ck_assert_msg(rule != NULL, "no rule %s", id);
	value = json_integer_value(json_object_get(rule, member));
	json_decref(rule);
	return value;
}

static void
replace(const char *profiles, const char *rules)
{
	json_t *names = json(profiles), *list = json(rules);
	struct diag diag = {0};

	ASSERT_DONE(site_profiles_replace(site, names, list, &diag), &diag);
	json_decref(names);
	json_decref(list);
}

START_TEST(adds_and_removes)
{
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	add("{\"when\": {\"times\": 2}, \"do\": {\"status\": 500}}", "status-1");
	ck_assert(strike());
	add("{\"id\": \"mine\", \"do\": {\"status\": 501}}", "mine");
	add("{\"do\": {\"status\": 502}}", "status-2");
	ck_assert_int_eq(number("status-1", "strikes"), 1);
	ck_assert_int_eq(number("status-1", "remaining"), 1);
	ck_assert_int_eq(try_add("{\"id\": \"mine\", \"do\": {\"status\": 1}}", &diag), REFUSED);
	ck_assert_int_eq(
		try_add("{\"id\": \"mine\", \"do\": {\"status\": 501}}", &diag), SITE_RULES_TAKEN);
	ck_assert_str_eq(diag_text(text, &diag),
		"mine: there is a rule of this id already; expected another id");
	ASSERT_DONE(site_rules_remove(site, "status-1", &diag), &diag);
	ck_assert_int_eq(site_rules_remove(site, "mime", &diag), REFUSED);
	ck_assert_str_eq(diag_text(text, &diag), "mime: no such rule; did you mean mine?");
	ck_assert_int_eq(site_rules_rearm(site, "other", &diag), REFUSED);
	ck_assert_str_eq(
		diag_text(text, &diag), "other: no such rule; expected one of mine, status-2");
	ck_assert(strike());
	ck_assert_int_eq(number("mine", "strikes"), 1);
	ASSERT_DONE(site_rules_rearm(site, "mine", &diag), &diag);
	ck_assert_int_eq(number("mine", "strikes"), 0);
}
END_TEST

START_TEST(an_exchange_keeps_its_rules)
{
	struct http_exchange http = {.request = {.method = "GET"}};
	struct exchange *exchange;
	struct diag diag = {0};

	add("{\"id\": \"a\", \"do\": {\"status\": 500}}", "a");
	exchange = exchange_new(site, &http);
	ASSERT_DONE(site_profiles_disarm(site, &diag), &diag);
	request_set_target(&http.request, "/");
	rule_set_decide_head(exchange->rules, exchange);
	ck_assert_uint_eq(exchange->decision.count, 1);
	exchange_free(exchange);
	ck_assert(!strike());
}
END_TEST

START_TEST(replacing_twice_is_replacing_once)
{
	static const char rules[] =
		"[{\"id\": \"a\", \"when\": {\"times\": 1}, \"do\": {\"status\": 500}}]";
	json_t *none = json_array(), *list;
	struct diag diag = {0};

	add("{\"id\": \"old\", \"do\": {\"status\": 500}}", "old");
	replace("[\"app-pool-stopped\"]", rules);
	ck_assert_ptr_null(site_rules_describe(site, "old"));
	ck_assert_int_eq(site->condition->settings.app_pool, APP_POOL_STOPPED);
	ck_assert(strike());
	ck_assert(!strike());
	replace("[\"app-pool-stopped\"]", rules);
	ck_assert(!strike());
	/* Other words are another rule. */
	replace("[]", "[{\"id\": \"a\", \"do\": {\"status\": 500}}]");
	ck_assert_int_eq(site->condition->settings.app_pool, APP_POOL_STARTED);
	ck_assert(strike());
	list = json("[{\"id\": \"b\", \"do\": {\"status\": 500}}, {\"do\": {}}]");
	ck_assert_int_eq(site_profiles_replace(site, none, list, &diag), REFUSED);
	ck_assert_ptr_null(site_rules_describe(site, "b"));
	ck_assert_int_eq(number("a", "strikes"), 1);
	json_decref(list);
	json_decref(none);
}
END_TEST

START_TEST(tells_what_became_of_a_rule)
{
	json_t *list, *rule;

	add("{\"id\": \"a\", \"when\": {\"for\": \"2s\"}, \"do\": {\"status\": 500}}", "a");
	ck_assert(strike());
	list = site_rules_list(site);
	rule = json_array_get(list, 0);
	ck_assert_uint_eq(json_array_size(list), 1);
	ck_assert_str_eq(json_string_value(json_object_get(rule, "source")), "api");
	ck_assert_str_eq(json_string_value(json_object_get(
				 json_object_get(json_object_get(rule, "rule"), "when"), "for")),
		"2s");
	ck_assert(json_is_null(json_object_get(rule, "remaining")));
	ck_assert_int_eq(json_integer_value(json_object_get(rule, "matches")), 1);
	ck_assert(json_is_false(json_object_get(rule, "spent")));
	ck_assert_ptr_nonnull(json_object_get(rule, "expires_at"));
	json_decref(list);
	/* By the site's clock. */
	clock_advance(&site->clock, 2001);
	ck_assert(!strike());
	rule = site_rules_describe(site, "a");
	ck_assert(json_is_true(json_object_get(rule, "spent")));
	json_decref(rule);
}
END_TEST

START_TEST(puts_back_what_a_profile_set)
{
	json_t *settings = json("{\"app_pool\": \"shutting_down\"}");
	char text[DIAG_TEXT_SIZE];
	const char *fault;
	struct diag diag = {0};

	ASSERT_DONE(site_profiles_add(site, "app-pool-stopped", &diag), &diag);
	ck_assert_int_eq(site->condition->settings.app_pool, APP_POOL_STOPPED);
	ck_assert_int_eq(site_profiles_add(site, "app-pool-stopped", &diag), SITE_PROFILES_TAKEN);
	ck_assert_int_eq(site_profiles_add(site, "app-pool-stoped", &diag), REFUSED);
	ck_assert_int_eq(site_profiles_remove(site, "password-cache-full", &diag), REFUSED);
	ck_assert_str_eq(diag_text(text, &diag),
		"password-cache-full: the site does not have this profile; expected one of "
		"app-pool-stopped");
	ASSERT_DONE(site_profiles_remove(site, "app-pool-stopped", &diag), &diag);
	ck_assert_int_eq(site->condition->settings.app_pool, APP_POOL_STARTED);
	/* What is set by hand stays, even if it was set beside the profile. */
	ASSERT_DONE(site_profiles_add(site, "app-pool-stopped", &diag), &diag);
	ASSERT_DONE(site_change(site, settings, &fault, &diag), &diag);
	ASSERT_DONE(site_profiles_remove(site, "app-pool-stopped", &diag), &diag);
	ck_assert_int_eq(site->condition->settings.app_pool, APP_POOL_SHUTTING_DOWN);
	ck_assert_int_eq(site->condition->settings.max_query_string, 4096);
	json_decref(settings);
}
END_TEST

START_TEST(refuses_profiles_that_conflict)
{
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	json_t *list;

	ASSERT_DONE(site_profiles_add(site, "app-pool-stopped", &diag), &diag);
	ck_assert_int_eq(site_profiles_add(site, CONFLICTING, &diag), SITE_PROFILES_CONFLICT);
	ck_assert_str_eq(diag_text(text, &diag),
		"app-pool-stopped+" CONFLICTING ": app-pool-stopped and " CONFLICTING
		" set app_pool differently; expected profiles that can both be so");
	list = site_profiles_list(site);
	ck_assert_uint_eq(json_array_size(list), 1);
	json_decref(list);
	ASSERT_DONE(site_profiles_disarm(site, &diag), &diag);
	ck_assert_int_eq(site->condition->settings.app_pool, APP_POOL_STARTED);
}
END_TEST

START_TEST(rules_follow_the_settings_of_the_site)
{
	json_t *settings = json("{\"max_query_string\": 2048}");
	struct diag diag = {0};
	const struct rule_strike *strikes;
	struct http_exchange http = {.request = {.method = "GET"}};
	struct exchange *exchange;
	const char *fault;

	add("{\"id\": \"a\", \"do\": {\"settings\": {\"password_max\": 9}}}", "a");
	ASSERT_DONE(site_change(site, settings, &fault, &diag), &diag);
	exchange = exchange_new(site, &http);
	request_set_target(&http.request, "/");
	rule_set_decide_head(exchange->rules, exchange);
	strikes = exchange->decision.strikes;
	ck_assert_uint_eq(exchange->decision.count, 1);
	ck_assert_int_eq(
		strikes->rule->actions[0].values[0].condition->settings.max_query_string, 2048);
	ck_assert_int_eq(strikes->rule->actions[0].values[0].condition->settings.password_max, 9);
	exchange_free(exchange);
	json_decref(settings);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("site_rules");
	TCase *cases = tcase_create("site_rules");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, adds_and_removes);
	tcase_add_test(cases, an_exchange_keeps_its_rules);
	tcase_add_test(cases, replacing_twice_is_replacing_once);
	tcase_add_test(cases, tells_what_became_of_a_rule);
	tcase_add_test(cases, puts_back_what_a_profile_set);
	tcase_add_test(cases, refuses_profiles_that_conflict);
	tcase_add_test(cases, rules_follow_the_settings_of_the_site);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
