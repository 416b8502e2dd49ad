/* Sites that come and go while others hold them. */
#include <check.h>
#include <string.h>

#include "ca_support.h"
#include "common/memory.h"
#include "server/exchange.h"
#include "server/fault_site.h"
#include "server/site_life.h"
#include "server/store.h"
#include "tests/run_suite.h"

static struct ca_support support;
static struct server *server;

/* A server with its default site, and room for two more. */
static void
start(void)
{
	static char url[] = CA_SUPPORT_URL;
	SETTINGS_CLEANUP struct settings settings = {0};
	const struct site_plan plan = {
		.name = SITE_NAME_DEFAULT, .base_url = url, .settings = &settings};
	struct diag diag = {0};
	struct site *site;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	server = &support.server;
	server->base_url = url;
	server->sites_max = 3;
	settings_init(&server->settings);
	server->settings.password_max = 7;
	settings_init(&settings);
	ASSERT_DONE(site_new(&site, server, &plan, &diag), &diag);
	site_table_add(&server->sites, site);
}

static void
stop(void)
{
	site_table_done(&server->sites);
	settings_done(&server->settings);
	ca_support_done(&support);
}

static int
try(struct site **out, const struct site_wish *wish, struct diag *diag)
{
	const char *fault;
	int result = site_life_prepare(out, server, wish, &fault, diag);

	if (result != DONE)
		return result;
	result = site_life_add(*out, diag);
	if (result != DONE)
		site_release(*out);
	return result;
}

static struct site *
make(const char *name)
{
	const struct site_wish wish = {.name = name};
	struct diag diag = {0};
	struct site *site;

	ASSERT_DONE(try(&site, &wish, &diag), &diag);
	return site;
}

static struct site *
find(const char *name)
{
	struct site *site;

	return site_life_find(&site, server, name, NULL) == DONE ? site : NULL;
}

START_TEST(makes_a_site_in_layers)
{
	json_t *settings = json_pack("{s:i, s:s}", "password_length", 4, "app_pool", "started");
	json_t *rules = json_pack("[{s:s, s:{s:i}}]", "id", "mine", "do", "status", 500);
	const struct site_wish wish = {.name = "t-1",
		.profiles = "app-pool-stopped",
		.settings = settings,
		.rules = rules};
	struct rule_set *set;
	struct diag diag = {0};
	struct site *site;

	ASSERT_DONE(try(&site, &wish, &diag), &diag);
	ck_assert_ptr_eq(find("t-1"), site);
	ck_assert_str_eq(site->base_url, CA_SUPPORT_URL "/site/t-1");
	ck_assert_int_eq(site->condition->settings.password_max, 7);
	ck_assert_int_eq(site->condition->settings.password_length, 4);
	ck_assert_int_eq(site->condition->settings.app_pool, APP_POOL_STARTED);
	set = site_hold_rules(site);
	ck_assert_ptr_nonnull(set);
	rule_set_release(set);
	json_decref(settings);
	json_decref(rules);
}
END_TEST

static const struct {
	struct site_wish wish;
	const char *sentence;
} bad[] = {
	{{.name = "default"}, "default: the default site is there already; expected another name"},
	{{.name = "a/b"},
		"a/b: no name for a site; expected 1 to 63 letters, digits, \"-\", \"_\" "
		"and \".\", a letter or digit first"},
	{{.name = ".."},
		"..: no name for a site; expected 1 to 63 letters, digits, \"-\", \"_\" "
		"and \".\", a letter or digit first"},
	{{.name = "a", .profiles = "app-pool-stoped"},
		"app-pool-stoped: no such fault profile; did you mean app-pool-stopped?"},
};

START_TEST(has_a_ca_of_its_own)
{
	const struct site_wish wish = {.name = "own", .own_ca = true};
	const struct certificate *shared, *own;
	struct diag diag = {0};
	struct site *site;

	ASSERT_DONE(try(&site, &wish, &diag), &diag);
	shared = authority_issuer(server->sites.sites[0]->condition->authority);
	own = authority_issuer(site->condition->authority);
	ck_assert(!bytes_equal(shared->spki, own->spki));
	ck_assert(!bytes_equal(shared->subject, own->subject));
	ck_assert_ptr_nonnull(
		memmem(own->subject.data, own->subject.size, "TEST ONLY", strlen("TEST ONLY")));
	/* An Intune challenge is good everywhere. */
	ck_assert_ptr_eq(pki_key(site->pki, PKI_CHALLENGE_SIGNING),
		pki_key(&server->pki, PKI_CHALLENGE_SIGNING));
	ck_assert_ptr_ne(pki_key(site->pki, PKI_RA_SIGNING), pki_key(&server->pki, PKI_RA_SIGNING));
}
END_TEST

START_TEST(refuses_a_wish)
{
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	struct site *site;

	ck_assert_int_eq(try(&site, &bad[_i].wish, &diag), REFUSED);
	ck_assert_str_eq(diag_text(text, &diag), bad[_i].sentence);
	ck_assert_uint_eq(server->sites.count, 1);
}
END_TEST

START_TEST(says_which_setting_is_wrong)
{
	json_t *settings = json_pack("{s:i}", "password_length", 9999);
	const struct site_wish wish = {.name = "a", .settings = settings};
	struct diag diag = {0};
	const char *fault;
	struct site *site;

	ck_assert_int_eq(site_life_prepare(&site, server, &wish, &fault, &diag), REFUSED);
	ck_assert_str_eq(fault, "password_length");
	json_decref(settings);
}
END_TEST

START_TEST(has_each_name_once_and_so_many)
{
	const struct site_wish same = {.name = "a"}, another = {.name = "c"};
	struct diag diag = {0};
	struct site *site;

	make("a");
	ck_assert_int_eq(try(&site, &same, &diag), SITE_LIFE_TAKEN);
	make("b");
	ck_assert_int_eq(try(&site, &another, &diag), SITE_LIFE_FULL);
	ck_assert_int_eq(fault_site_find(&site, server, "app-pool-stopped", &diag), SITE_LIFE_FULL);
	ASSERT_DONE(site_life_remove(find("a"), &diag), &diag);
	make("c");
}
END_TEST

START_TEST(names_and_numbers_are_not_used_again)
{
	struct site *first = make(NULL), *second;
	unsigned number = first->number;
	struct diag diag = {0};

	ck_assert_str_eq(first->name, "site-1");
	ck_assert_uint_eq(number, 2);
	ASSERT_DONE(site_life_remove(first, &diag), &diag);
	second = make(NULL);
	ck_assert_str_eq(second->name, "site-2");
	ck_assert_uint_eq(second->number, 3);
}
END_TEST

START_TEST(refuses_to_remove_the_default_and_what_listens)
{
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	struct site *site;

	ck_assert_int_eq(site_life_remove(find("default"), &diag), REFUSED);
	ck_assert_str_eq(diag_text(text, &diag),
		"default: the default site stays; expected another site, or a reset of this one");
	ASSERT_DONE(
		fault_site_listen(&site, server, "app-pool-stopped", "http://a:81", &diag), &diag);
	server->services[0].context = site;
	server->listener_count = 1;
	ck_assert_int_eq(site_life_remove(site, &diag), REFUSED);
	server->listener_count = 0;
	ck_assert_int_eq(site_life_find(&site, server, "defualt", &diag), REFUSED);
	ck_assert_str_eq(diag_text(text, &diag), "defualt: no such site; did you mean default?");
}
END_TEST

/* Adds a challenge to a name in the store, and says what becomes of it. */
static void
add_challenge(const char *name)
{
	struct diag diag = {0};

	ASSERT_DONE(
		store_challenge_add(server->store, name, "A1B2", 1, INT64_MAX, 5, &diag), &diag);
}

static enum challenge_state
take_challenge(const char *name)
{
	struct challenge_record record;
	struct diag diag = {0};

	ASSERT_DONE(
		store_challenge_take(&record, server->store, name, bytes_text("A1B2"), 2, 1, &diag),
		&diag);
	return record.state;
}

START_TEST(lives_on_in_its_exchanges)
{
	struct http_exchange http = {0};
	struct exchange *exchange = exchange_new(server->sites.sites[0], &http);
	struct site *before = make("a"), *after;
	struct diag diag = {0};
	uint32_t number;

	add_challenge("a");
	exchange_enter_site(exchange, before);
	ASSERT_DONE(site_life_remove(before, &diag), &diag);
	ck_assert_ptr_null(find("a"));
	ck_assert(site_is_removed(before));
	after = make("a");
	ck_assert_int_eq(take_challenge(after->store_name), CHALLENGE_UNKNOWN);
	/* What the exchange does now is no business of the new site, and goes with the old one. */
	ck_assert_str_eq(exchange->site->name, "a");
	ck_assert_str_eq(exchange->site->store_name, "a (removed 2)");
	ASSERT_DONE(
		store_next_request_id(&number, server->store, before->store_name, &diag), &diag);
	add_challenge(before->store_name);
	ck_assert_int_eq(take_challenge(after->store_name), CHALLENGE_UNKNOWN);
	exchange_free(exchange);
	ck_assert_int_eq(take_challenge("a (removed 2)"), CHALLENGE_UNKNOWN);
}
END_TEST

START_TEST(leaves_when_its_time_has_come)
{
	const struct site_wish wish = {.name = "a", .time_to_live_ms = 60000};
	struct diag diag = {0};
	struct site *site;

	ASSERT_DONE(try(&site, &wish, &diag), &diag);
	/* The site's own clock has no say in it. */
	clock_advance(&site->clock, 3600000);
	clock_advance(&server->clock, 59999);
	ck_assert_ptr_eq(find("a"), site);
	clock_advance(&server->clock, 1);
	ck_assert_ptr_null(find("a"));
	ck_assert_uint_eq(server->sites.count, 1);
}
END_TEST

START_TEST(has_a_clock_of_its_own)
{
	struct http_exchange http = {0};
	struct site *site = make("a");
	struct exchange *exchange;

	clock_advance(&site->clock, -3600000);
	exchange = exchange_new(server->sites.sites[0], &http);
	ck_assert_int_eq(exchange->arrived_ms, CA_SUPPORT_NOW * 1000);
	exchange_enter_site(exchange, site);
	ck_assert_int_eq(exchange->arrived_ms, CA_SUPPORT_NOW * 1000 - 3600000);
	exchange_free(exchange);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("site_life");
	TCase *cases = tcase_create("site_life");

	/* Five RSA keys may take a while on a busy machine. */
	tcase_set_timeout(cases, 60);
	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, makes_a_site_in_layers);
	tcase_add_test(cases, has_a_ca_of_its_own);
	tcase_add_loop_test(cases, refuses_a_wish, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(cases, says_which_setting_is_wrong);
	tcase_add_test(cases, has_each_name_once_and_so_many);
	tcase_add_test(cases, names_and_numbers_are_not_used_again);
	tcase_add_test(cases, refuses_to_remove_the_default_and_what_listens);
	tcase_add_test(cases, lives_on_in_its_exchanges);
	tcase_add_test(cases, leaves_when_its_time_has_come);
	tcase_add_test(cases, has_a_clock_of_its_own);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
