/* What is known of the Windows versions, and that the rows fit the settings they stand in for. */
#include <check.h>

#include "server/server_version.h"
#include "server/settings_check.h"
#include "server/settings_table.h"
#include "tests/run_suite.h"

START_TEST(has_the_row_of_each_choice)
{
	const struct setting_row *setting = settings_row("server_version");

	for (int i = 0; setting->choices[i]; i++) {
		const struct version_row *row = server_version_row(i);

		ck_assert_int_eq(row->version, i);
		ck_assert_str_eq(row->name, setting->choices[i]);
		ck_assert_int_eq(settings_check_capabilities(row->caps_algorithms, NULL), DONE);
		ck_assert_int_eq(settings_check_log_fields(row->log_fields, NULL), DONE);
	}
}
END_TEST

static const struct {
	enum server_version version;
	const char *iis;
	enum version_caps caps;
	enum version_post post;
	bool single_des, referer;
} facts[] = {
	{SERVER_2008, "7.0", VERSION_CAPS_EMPTY, VERSION_POST_REFUSED, true, false},
	{SERVER_2008_R2, "7.5", VERSION_CAPS_EMPTY, VERSION_POST_REFUSED, true, false},
	{SERVER_2012, "8.0", VERSION_CAPS_LIST, VERSION_POST_EMPTY, false, true},
	{SERVER_2012_R2, "8.5", VERSION_CAPS_LIST, VERSION_POST_WORKS, false, true},
	{SERVER_2022, "10.0", VERSION_CAPS_LIST, VERSION_POST_WORKS, false, true},
};

START_TEST(knows_the_versions)
{
	const struct version_row *row = server_version_row(facts[_i].version);

	ck_assert_str_eq(row->iis, facts[_i].iis);
	ck_assert_int_eq(row->caps, facts[_i].caps);
	ck_assert_int_eq(row->post, facts[_i].post);
	ck_assert_int_eq(row->reply_single_des, facts[_i].single_des);
	ck_assert_int_eq(strstr(row->log_fields, "cs(Referer)") != NULL, facts[_i].referer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("server_version");
	TCase *cases = tcase_create("server_version");

	tcase_add_test(cases, has_the_row_of_each_choice);
	tcase_add_loop_test(cases, knows_the_versions, 0, sizeof(facts) / sizeof(facts[0]));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
