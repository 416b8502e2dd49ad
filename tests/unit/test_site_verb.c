/* When a changed setting is seen, and what a restart forgets. */
#include <check.h>

#include "ca_support.h"
#include "server/ra_certificates.h"
#include "server/site_verb.h"
#include "server/store.h"
#include "tests/run_suite.h"

#define NO_VERB SITE_VERB_COUNT

static void
change(struct site *site, const char *json)
{
	json_t *settings = json_loads(json, 0, NULL);
	const char *fault = NULL;
	struct diag diag = {0};

	ck_assert_ptr_nonnull(settings);
	ASSERT_DONE(site_change(site, settings, &fault, &diag), &diag);
	json_decref(settings);
}

static struct site *
new_site(struct ca_support *support, const char *apply)
{
	SETTINGS_CLEANUP struct settings settings = {0};
	struct site_plan plan = {
		.name = "default", .base_url = CA_SUPPORT_URL, .settings = &settings};
	struct diag diag = {0};
	struct site *site;

	settings_init(&settings);
	ASSERT_DONE(settings_set_text(&settings, "apply", apply, &diag), &diag);
	ASSERT_DONE(site_new(&site, &support->server, &plan, &diag), &diag);
	return site;
}

/* One setting of each reach; a letter for each that is seen. */
static const struct {
	const char *apply;
	enum site_verb verb;
	bool challenge, password_length, policy_module, max_field_length;
} changes[] = {
	{"now", NO_VERB, true, true, true, true},
	{"as_real", NO_VERB, true, false, false, false},
	{"as_real", SITE_VERB_POOL_RECYCLE, true, true, false, false},
	{"as_real", SITE_VERB_IISRESET, true, true, true, false},
	{"as_real", SITE_VERB_REBOOT, true, true, true, true},
};

START_TEST(shows_a_change_when_the_real_thing_would)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	const struct settings *settings;
	struct diag diag = {0};
	struct site *site;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	site = new_site(&support, changes[_i].apply);
	change(site,
		"{\"challenge\": \"x\", \"password_length\": 4, \"policy_module\": \"none\","
		" \"max_field_length\": 8192}");
	if (changes[_i].verb != NO_VERB)
		ASSERT_DONE(site_do(site, changes[_i].verb, &diag), &diag);
	settings = &site->condition->settings;
	ck_assert_int_eq(settings->challenge != NULL, changes[_i].challenge);
	ck_assert_int_eq(settings->password_length == 4, changes[_i].password_length);
	ck_assert_int_eq(settings->policy_module == POLICY_MODULE_NONE, changes[_i].policy_module);
	ck_assert_int_eq(settings->max_field_length == 8192, changes[_i].max_field_length);
	site_release(site);
}
END_TEST

START_TEST(leaves_an_exchange_its_condition)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	struct condition *before;
	struct site *site;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	site = new_site(&support, "now");
	before = site_hold_condition(site);
	change(site, "{\"host_name\": \"OTHER\"}");
	ck_assert_str_eq(before->settings.host_name, "NDES01");
	ck_assert_str_eq(site->condition->settings.host_name, "OTHER");
	/* The RA certificates carry the name; the root does not. */
	ck_assert(!bytes_equal(buffer_bytes(&ra_certificates_signing(before->authority)->der),
		buffer_bytes(&ra_certificates_signing(site->condition->authority)->der)));
	ck_assert(bytes_equal(buffer_bytes(&before->authority->root.der),
		buffer_bytes(&site->condition->authority->root.der)));
	condition_release(before);
	site_release(site);
}
END_TEST

START_TEST(changes_nothing_when_it_refuses)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	json_t *settings = json_pack("{s:i, s:i}", "password_max", 9, "password_length", 9999);
	const char *fault = NULL;
	struct diag diag = {0};
	struct site *site;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	site = new_site(&support, "now");
	ck_assert_int_eq(site_change(site, settings, &fault, &diag), REFUSED);
	ck_assert_str_eq(fault, "password_length");
	ck_assert_int_eq(site->condition->settings.password_max, 5);
	json_decref(settings);
	site_release(site);
}
END_TEST

/* Of a lone server, and of the second of several. */
static const char *const caches[] = {"default", "default#2"};

static void
put_passwords(struct store *store)
{
	struct diag diag = {0};

	for (size_t i = 0; i < ROWS(caches); i++)
		ASSERT_DONE(store_challenge_add(store, caches[i], "A1B2", 1, INT64_MAX, 5, &diag),
			&diag);
}

START_TEST(forgets_unused_passwords)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	struct challenge_record record;
	struct diag diag = {0};
	struct site *site;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	site = new_site(&support, "now");
	put_passwords(support.server.store);
	ASSERT_DONE(site_do(site, (enum site_verb)_i, &diag), &diag);
	for (size_t i = 0; i < ROWS(caches); i++) {
		ASSERT_DONE(store_challenge_take(&record, support.server.store, caches[i],
				    bytes_text("A1B2"), 2, 1, &diag),
			&diag);
		ck_assert_int_eq(record.state, CHALLENGE_UNKNOWN);
	}
	ck_assert_str_ne(site_verb_name((enum site_verb)_i), "");
	site_release(site);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("site_verb");
	TCase *cases = tcase_create("site_verb");

	tcase_add_loop_test(cases, shows_a_change_when_the_real_thing_would, 0,
		sizeof(changes) / sizeof(changes[0]));
	tcase_add_test(cases, leaves_an_exchange_its_condition);
	tcase_add_test(cases, changes_nothing_when_it_refuses);
	tcase_add_loop_test(cases, forgets_unused_passwords, 0, SITE_VERB_COUNT);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
