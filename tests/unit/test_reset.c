/* Going back to the start, of a site and of the whole server. */
#include <check.h>
#include <string.h>

#include "ca_support.h"
#include "common/memory.h"
#include "server/clock_control.h"
#include "server/exchange.h"
#include "server/fault_site.h"
#include "server/profile_set.h"
#include "server/ra_certificates.h"
#include "server/reset.h"
#include "server/site_life.h"
#include "server/site_profiles.h"
#include "server/site_rules.h"
#include "server/site_verb.h"
#include "server/store.h"
#include "tests/run_suite.h"

#define PROFILE "app-pool-stopped"

static struct ca_support support;
static struct server *server;

/* A site as the configuration makes one. */
static struct site *
configure(const char *name, const char *profiles)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	SETTINGS_CLEANUP struct settings settings = {0};
	const struct site_plan plan = {
		.name = name, .base_url = CA_SUPPORT_URL, .settings = &settings, .profiles = &set};
	struct diag diag = {0};
	struct site *site;

	settings_init(&settings);
	settings.password_max = 3;
	if (profiles)
		ASSERT_DONE(profile_set_read(&set, NULL, profiles, &diag), &diag);
	ASSERT_DONE(profile_set_apply(&set, &settings, &diag), &diag);
	ASSERT_DONE(site_new(&site, server, &plan, &diag), &diag);
	site_table_add(&server->sites, site);
	return site;
}

static void
start(void)
{
	static char url[] = CA_SUPPORT_URL;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	server = &support.server;
	server->base_url = url;
	server->sites_max = 10;
	settings_init(&server->settings);
	configure(SITE_NAME_DEFAULT, NULL);
}

static void
stop(void)
{
	site_table_done(&server->sites);
	settings_done(&server->settings);
	ca_support_done(&support);
}

static void
change(struct site *site, const char *text)
{
	json_t *settings = json_loads(text, 0, NULL);
	struct diag diag = {0};
	const char *fault;

	ASSERT_DONE(site_change(site, settings, &fault, &diag), &diag);
	json_decref(settings);
}

static void
add_rule(struct site *site)
{
	json_t *rule = json_pack("{s:{s:i}}", "do", "status", 500);
	TEXT_CLEANUP char *id = NULL;
	struct diag diag = {0};

	ASSERT_DONE(site_rules_add(site, rule, &id, &diag), &diag);
	json_decref(rule);
}

static size_t
count_rules(struct site *site)
{
	json_t *list = site_rules_list(site);
	size_t count = json_array_size(list);

	json_decref(list);
	return count;
}

START_TEST(a_site_is_as_it_was_made)
{
	struct site *site = configure("a", PROFILE);
	struct condition *before = site_hold_condition(site);
	struct challenge_record record;
	struct diag diag = {0};
	uint32_t number;
	json_t *list;

	clock_control_do(server, site, CLOCK_ADVANCE, INT64_C(3) * 365 * 86400000, &diag);
	change(site, "{\"host_name\": \"OTHER\", \"password_max\": 9, \"apply\": \"as_real\"}");
	ASSERT_DONE(site_profiles_disarm(site, &diag), &diag);
	add_rule(site);
	site->app_pool.disabled = true;
	site->balanced = 5;
	ASSERT_DONE(store_challenge_add(server->store, "a", "A1B2", 1, INT64_MAX, 5, &diag), &diag);
	ASSERT_DONE(store_next_request_id(&number, server->store, "a", &diag), &diag);
	ASSERT_DONE(reset_site(site, &diag), &diag);
	ck_assert_int_eq(site->condition->settings.password_max, 3);
	ck_assert_int_eq(site->configured.app_pool, APP_POOL_STOPPED);
	ck_assert_uint_eq(count_rules(site), 0);
	ck_assert(!app_pool_is_disabled(&site->app_pool));
	ck_assert_uint_eq(site->balanced, 0);
	ck_assert_int_eq(clock_now_ms(&site->clock), CA_SUPPORT_NOW * 1000);
	list = site_profiles_list(site);
	ck_assert_str_eq(json_string_value(json_array_get(list, 0)), PROFILE);
	json_decref(list);
	/* The certificates are those of the start, not those of three years later. */
	ck_assert(bytes_equal(buffer_bytes(&ra_certificates_signing(before->authority)->der),
		buffer_bytes(&ra_certificates_signing(site->condition->authority)->der)));
	condition_release(before);
	ASSERT_DONE(
		store_challenge_take(&record, server->store, "a", bytes_text("A1B2"), 2, 1, &diag),
		&diag);
	ck_assert_int_eq(record.state, CHALLENGE_UNKNOWN);
	ASSERT_DONE(store_next_request_id(&number, server->store, "a", &diag), &diag);
	ck_assert_uint_eq(number, 2);
	/* The profile of the start goes as any other: to the default. */
	ASSERT_DONE(site_profiles_remove(site, PROFILE, &diag), &diag);
	ck_assert_int_eq(site->condition->settings.app_pool, APP_POOL_STARTED);
}
END_TEST

START_TEST(rules_of_the_start_come_back_unspent)
{
	json_t *rules = json_pack(
		"[{s:s, s:{s:i}, s:{s:i}}]", "id", "mine", "when", "times", 1, "do", "status", 500);
	const struct site_wish wish = {.name = "a", .rules = rules};
	struct http_exchange http = {.request = {.method = "GET"}};
	struct exchange *exchange;
	struct diag diag = {0};
	const char *fault;
	struct site *site;
	json_t *rule;

	ASSERT_DONE(site_life_prepare(&site, server, &wish, &fault, &diag), &diag);
	ASSERT_DONE(site_life_add(site, &diag), &diag);
	exchange = exchange_new(site, &http);
	request_set_target(&http.request, "/");
	rule_set_decide_head(exchange->rules, exchange);
	ck_assert_uint_eq(exchange->decision.count, 1);
	exchange_free(exchange);
	ASSERT_DONE(reset_site(site, &diag), &diag);
	rule = site_rules_describe(site, "mine");
	ck_assert_int_eq(json_integer_value(json_object_get(rule, "strikes")), 0);
	json_decref(rule);
	json_decref(rules);
}
END_TEST

START_TEST(the_server_is_as_it_started)
{
	const struct site_wish wish = {.name = "made"};
	struct site *configured = configure("b", PROFILE), *site;
	struct diag diag = {0};
	const char *fault;

	ASSERT_DONE(site_life_prepare(&site, server, &wish, &fault, &diag), &diag);
	ASSERT_DONE(site_life_add(site, &diag), &diag);
	ASSERT_DONE(fault_site_find(&site, server, PROFILE, &diag), &diag);
	ASSERT_DONE(fault_site_listen(&site, server, PROFILE, "http://a:81", &diag), &diag);
	server->services[0].context = site;
	server->listener_count = 1;
	change(server->sites.sites[0], "{\"password_max\": 9}");
	change(configured, "{\"password_max\": 9}");
	ASSERT_DONE(site_life_remove(configured, &diag), &diag);
	ASSERT_DONE(reset_server(server, &diag), &diag);
	ck_assert(!server->clock.frozen);
	ck_assert_uint_eq(server->sites.count, 3);
	ck_assert_str_eq(server->sites.sites[0]->name, "default");
	ck_assert_int_eq(server->sites.sites[0]->condition->settings.password_max, 3);
	ASSERT_DONE(site_life_find(&site, server, "b", &diag), &diag);
	ck_assert_int_eq(site->condition->settings.password_max, 3);
	ck_assert_int_eq(site->condition->settings.app_pool, APP_POOL_STOPPED);
	ck_assert_uint_eq(site->number, 6);
	/* And again, with nothing left to do. */
	ASSERT_DONE(reset_server(server, &diag), &diag);
	ck_assert_uint_eq(server->sites.count, 3);
	server->listener_count = 0;
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("reset");
	TCase *cases = tcase_create("reset");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, a_site_is_as_it_was_made);
	tcase_add_test(cases, rules_of_the_start_come_back_unspent);
	tcase_add_test(cases, the_server_is_as_it_started);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
