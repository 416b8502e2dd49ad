/* Services as a view of settings, and what starting and stopping them changes. */
#include <check.h>
#include <string.h>

#include "ca_support.h"
#include "server/site_services.h"
#include "server/site_verb.h"
#include "tests/run_suite.h"

static struct ca_support support;
static struct site *site;

static void
start(void)
{
	SETTINGS_CLEANUP struct settings settings = {0};
	const struct site_plan plan = {
		.name = "default", .base_url = CA_SUPPORT_URL, .settings = &settings};
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	settings_init(&settings);
	ASSERT_DONE(site_new(&site, &support.server, &plan, &diag), &diag);
}

static void
stop(void)
{
	site_release(site);
	ca_support_done(&support);
}

static void
set(const char *name, const char *value)
{
	json_t *settings = json_pack("{s:s}", name, value);
	struct diag diag = {0};
	const char *fault;

	ASSERT_DONE(site_change(site, settings, &fault, &diag), &diag);
	json_decref(settings);
}

/* Checks a member of the service's description; NULL: that it is not listed. */
static void
expect(const char *service, const char *member, const char *value)
{
	json_t *list = site_services_list(site), *row;
	const char *found = NULL;
	size_t i;

	json_array_foreach(list, i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "name")), service) == 0)
			found = json_string_value(json_object_get(row, member));
	}
	ck_assert_msg(value ? found && strcmp(found, value) == 0 : !found, "%s: %s is %s", service,
		member, found);
	json_decref(list);
}

static const struct {
	const char *name;
	const char *word; /* to be found by */
	const char *setting, *running, *stopped;
} changeable[] = {
	{"SCEP", "scep", "app_pool", "started", "stopped"},
	{"CertSvc", "Active Directory Certificate Services", "ca_service", "running", "stopped"},
	{"WAPCSvc", "microsoft aad application proxy connector", "application_proxy", "running",
		"connector_stopped"},
};

START_TEST(starts_and_stops)
{
	struct diag diag = {0};

	set(changeable[_i].setting, changeable[_i].running);
	expect(changeable[_i].name, "state", "running");
	ASSERT_DONE(site_services_stop(site, changeable[_i].word, &diag), &diag);
	expect(changeable[_i].name, "state", "stopped");
	ASSERT_DONE(site_services_start(site, changeable[_i].word, &diag), &diag);
	expect(changeable[_i].name, "state", "running");
	set(changeable[_i].setting, changeable[_i].stopped);
	expect(changeable[_i].name, "state", "stopped");
}
END_TEST

START_TEST(a_start_enables_a_pool_that_crashed)
{
	struct diag diag = {0};

	site->app_pool.disabled = true;
	expect("SCEP", "state", "stopped");
	ASSERT_DONE(site_services_start(site, "SCEP", &diag), &diag);
	expect("SCEP", "state", "running");
}
END_TEST

START_TEST(a_restart_follows_the_startup_type)
{
	struct diag diag = {0};

	expect("WAPCSvc", "state", NULL);
	set("application_proxy", "running");
	expect("WAPCSvc", "startup", "automatic");
	ASSERT_DONE(site_services_set_startup(site, "WAPCSvc", "manual", &diag), &diag);
	expect("WAPCSvc", "startup", "manual");
	expect("WAPCSvc", "state", "running");
	ASSERT_DONE(site_do(site, SITE_VERB_REBOOT, &diag), &diag);
	expect("WAPCSvc", "state", "stopped");
	ck_assert_int_eq(site_services_set_startup(site, "WAPCSvc", "never", &diag), REFUSED);
}
END_TEST

START_TEST(leaves_a_running_proxy_its_fault)
{
	struct diag diag = {0};

	set("application_proxy", "user_not_assigned");
	ASSERT_DONE(site_services_start(site, "WAPCSvc", &diag), &diag);
	ck_assert_int_eq(site->condition->settings.application_proxy, PROXY_USER_NOT_ASSIGNED);
}
END_TEST

START_TEST(refuses_what_it_cannot_do)
{
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	expect("NDESConnectorSvc", "state", "running");
	ck_assert_int_eq(site_services_stop(site, "W3SVC", &diag), SITE_SERVICES_FIXED);
	ck_assert_int_eq(
		site_services_set_startup(site, "CertSvc", "manual", &diag), SITE_SERVICES_FIXED);
	ck_assert_int_eq(site_services_stop(site, "CertSrv", &diag), REFUSED);
	ck_assert_str_eq(diag_text(text, &diag),
		"CertSrv: no such service on this deployment; did you mean CertSvc?");
	set("policy_module", "none");
	expect("NDESConnectorSvc", "state", NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("site_services");
	TCase *cases = tcase_create("site_services");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_loop_test(cases, starts_and_stops, 0, sizeof(changeable) / sizeof(changeable[0]));
	tcase_add_test(cases, a_start_enables_a_pool_that_crashed);
	tcase_add_test(cases, a_restart_follows_the_startup_type);
	tcase_add_test(cases, leaves_a_running_proxy_its_fault);
	tcase_add_test(cases, refuses_what_it_cannot_do);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
