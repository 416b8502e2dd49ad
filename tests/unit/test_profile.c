/* Fault profiles as files say them: what is taken from a good one, and where a bad one is refused. */
#include <check.h>
#include <string.h>

#include "common/memory.h"
#include "server/profile.h"
#include "tests/run_suite.h"

#define FILE_NAME "f.yaml"

/* Seven lines that every profile has; what a case adds begins in line 8. */
#define HEAD                                                                                       \
	"title: t\nsymptom: s\ncause: c\nremedy: r\ndocumented: [\"S1: d\"]\naffects: [probe]\n"   \
	"expect: [{request: probe, sees: {status: 500}}]\n"

/* The same without the last line. */
#define BEHEADED                                                                                   \
	"title: t\nsymptom: s\ncause: c\nremedy: r\ndocumented: [\"S1: d\"]\naffects: [probe]\n"

START_TEST(takes_a_profile)
{
	static const char text[] = HEAD "reports: {windows: \"0x801901F4\"}\n"
					"settings: {app_pool: stopped}\nrules: []\n"
					"repair: {settings: {app_pool: started}, takes: recycle}\n";
	PROFILE_CLEANUP struct profile profile = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_msg(profile_read(&profile, "n", FILE_NAME, bytes_text(text), &diag) == DONE, "%s",
		diag_text(words, &diag));
	ck_assert_str_eq(profile.name, "n");
	ck_assert_str_eq(profile.title, "t");
	ck_assert_str_eq(profile.symptom, "s");
	ck_assert_str_eq(profile.cause, "c");
	ck_assert_str_eq(profile.remedy, "r");
	ck_assert_uint_eq(json_array_size(profile.documented), 1);
	ck_assert_uint_eq(json_array_size(profile.affects), 1);
	ck_assert_uint_eq(json_array_size(profile.expect), 1);
	ck_assert_uint_eq(json_object_size(profile.reports), 1);
	ck_assert_uint_eq(json_object_size(profile.settings), 1);
	ck_assert_uint_eq(json_object_size(profile.repair), 2);
	ck_assert(json_is_array(profile.rules));
}
END_TEST

START_TEST(leaves_out_what_is_not_there)
{
	PROFILE_CLEANUP struct profile profile = {0};

	ck_assert_int_eq(profile_read(&profile, "n", FILE_NAME, bytes_text(HEAD), NULL), DONE);
	ck_assert_ptr_null(profile.reports);
	ck_assert_ptr_null(profile.settings);
	ck_assert_ptr_null(profile.rules);
	ck_assert_ptr_null(profile.repair);
}
END_TEST

static const struct {
	const char *text;
	const char *sentence;
} bad[] = {
	/* the profile */
	{"- 1\n", "f.yaml:1:1: a list; expected a mapping of KEY: VALUE"},
	{"", "f.yaml:1:1 (title): this key is missing; expected a text that is not empty"},
	{BEHEADED, "f.yaml:1:1 (expect): this key is missing; expected a list"},
	{HEAD "settigns: {}\n", "f.yaml:8:1 (settigns): no such key; did you mean settings?"},
	{HEAD "title: u\n", "f.yaml:8:1: \"title\" stands here twice; expected each key once"},
	{HEAD "rules: &x []\n", "f.yaml:8:8: an anchor; expected the value itself"},
	{HEAD "rules: {}\n", "f.yaml:8:1 (rules): a mapping; expected a list"},
	{HEAD "reports: {symbian: x}\n",
		"f.yaml:8:11 (reports): \"symbian\"; expected one of windows, ios, android"},
	{HEAD "reports: {ios: 1}\n", "f.yaml:8:11 (ios): a whole number; expected a text"},
	{"title: 5\n", "f.yaml:1:1 (title): a whole number; expected a text that is not empty"},
	{"title: \"\"\n", "f.yaml:1:1 (title): a text; expected a text that is not empty"},
	{"documented: [x, 1]\n", "f.yaml:1:17 (documented): a whole number; expected a text"},
	{"affects: [GetCACap]\n", "f.yaml:1:11 (affects): \"GetCACap\"; did you mean GetCACaps?"},
	{"title: \xff\n", "f.yaml:1:8: invalid leading UTF-8 octet; expected YAML"},
	{"title: [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]\n",
		"f.yaml:1:23: one level too many; expected at most 16 levels"},
	{HEAD "rules: *x\n", "f.yaml:8:8: an alias; expected the value itself"},
	/* rules */
	{HEAD "rules: [status]\n",
		"f.yaml:8:9 (rules): a text; expected a mapping: match, when, do"},
	{HEAD "rules:\n  - {do: {statsu: 503}}\n",
		"f.yaml:9:6 (statsu): no such action; did you mean status?"},
	{HEAD "rules:\n  - {do: {status: 99}}\n", "f.yaml:9:11 (status): 99; expected 200 to 999"},
	{HEAD "rules:\n  - {mach: {}}\n", "f.yaml:9:6 (mach): no such key; did you mean match?"},
	{HEAD "rules:\n  - {do: {settings: {app_pol: x}}}\n",
		"f.yaml:9:22 (app_pol): no such setting; did you mean app_pool?"},
	{HEAD "rules:\n  - {id: a, do: {status: 500}}\n  - {id: a, do: {status: 501}}\n",
		"f.yaml:10:6 (a): there is a rule of this id already; expected another id"},
	/* settings and repair */
	{HEAD "settings: {app_pol: stopped}\n",
		"f.yaml:8:12 (app_pol): no such setting; did you mean app_pool?"},
	{HEAD "settings: {max_url: many}\n",
		"f.yaml:8:12 (max_url): a text; expected a whole number"},
	{HEAD "repair: {}\n", "f.yaml:8:1 (takes): this key is missing; expected a word"},
	{HEAD "repair: {takes: later}\n",
		"f.yaml:8:10 (takes): \"later\"; expected one of now, recycle, iisreset, reboot"},
	{HEAD "repair: {takes: 1}\n", "f.yaml:8:10 (takes): a whole number; expected a word"},
	{HEAD "repair: []\n", "f.yaml:8:1 (repair): a list; expected a mapping"},
	{HEAD "repair: {takes: rebot}\n", "f.yaml:8:10 (takes): \"rebot\"; did you mean reboot?"},
	{HEAD "repair: {takes: now, setting: {}}\n",
		"f.yaml:8:22 (setting): no such key; did you mean settings?"},
	{HEAD "repair: {takes: now, settings: []}\n",
		"f.yaml:8:22 (settings): a list; expected a mapping of NAME: VALUE"},
	{HEAD "repair: {takes: now, settings: {app_pol: started}}\n",
		"f.yaml:8:33 (app_pol): no such setting; did you mean app_pool?"},
	/* expect */
	{BEHEADED "expect: [probe]\n", "f.yaml:7:10 (expect): a text; expected a mapping"},
	{BEHEADED "expect: [{sees: {}}]\n",
		"f.yaml:7:10 (request): this key is missing; expected a text that is not empty"},
	{BEHEADED "expect: [{request: probe}]\n",
		"f.yaml:7:10 (sees): this key is missing; expected a mapping"},
	{BEHEADED "expect: [{request: probe, see: {}}]\n",
		"f.yaml:7:27 (see): no such key; did you mean sees?"},
	{BEHEADED "expect: [{request: probe, sees: 500}]\n",
		"f.yaml:7:27 (sees): a whole number; expected a mapping"},
	{BEHEADED "expect: [{request: probe, sees: {}, times: 0}]\n",
		"f.yaml:7:37 (times): a whole number; expected a whole number from 1 on"},
	{BEHEADED "expect: [{request: probe, sees: {}, logs: [x]}]\n",
		"f.yaml:7:37 (logs): a list; expected a mapping"},
	{BEHEADED "expect: [{request: probe, sees: {}, files: x}]\n",
		"f.yaml:7:37 (files): a text; expected a mapping"},
	{BEHEADED "expect: [{request: probe, sees: {}, file: {}}]\n",
		"f.yaml:7:37 (file): no such key; did you mean files?"},
};

START_TEST(refuses_a_profile)
{
	PROFILE_CLEANUP struct profile profile = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_int_eq(
		profile_read(&profile, "n", FILE_NAME, bytes_text(bad[_i].text), &diag), REFUSED);
	ck_assert_str_eq(diag_text(words, &diag), bad[_i].sentence);
}
END_TEST

START_TEST(refuses_a_megabyte_and_more)
{
	PROFILE_CLEANUP struct profile profile = {0};
	BUFFER_CLEANUP struct buffer text = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	buffer_append_text(&text, HEAD);
	while (text.size <= YAML_TREE_SIZE_MAX)
		buffer_append_text(&text, "# nothing, but too much of it\n");
	ck_assert_int_eq(
		profile_read(&profile, "n", FILE_NAME, buffer_bytes(&text), &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag_text(words, &diag), FILE_NAME));
	ck_assert_ptr_nonnull(strstr(words, "at most 1 MiB"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("profile");
	TCase *tcase = tcase_create("profile");

	tcase_add_test(tcase, takes_a_profile);
	tcase_add_test(tcase, leaves_out_what_is_not_there);
	tcase_add_loop_test(tcase, refuses_a_profile, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tcase, refuses_a_megabyte_and_more);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
