/* Several fault profiles at once, the program's own and those of a directory. */
#include <check.h>
#include <string.h>

#include "common/memory.h"
#include "server/profile_catalogue.h"
#include "server/profile_set.h"
#include "temporary_directory.h"
#include "tests/run_suite.h"

#define SHIPPED "app-pool-stopped"

static char *directory;

/* Writes a profile with these settings and rules into the directory. */
static void
write_profile(const char *name, const char *settings, const char *rules)
{
	TEXT_CLEANUP char *path = text_format("%s/%s.yaml", directory, name);
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file,
		"title: own\nsymptom: s\ncause: c\nremedy: r\ndocumented: []\naffects: [probe]\n"
		"settings: %s\nrules: %s\nexpect: []\n",
		settings, rules);
	ck_assert_int_eq(fclose(file), 0);
}

static void
make_directory(void)
{
	directory = temporary_directory_new();
	write_profile("one", "{max_url: 2000, x_powered_by: false}", "[]");
	write_profile("same", "{max_url: 2000}", "[{do: {status: 500}}]");
	write_profile("other", "{max_url: 3000}", "[]");
	write_profile("first", "{}", "[{id: a, do: {status: 500}}, {id: b, do: {status: 501}}]");
	write_profile("second", "{}", "[{id: b, do: {status: 502}}]");
	write_profile("broken", "{max_url: many}", "[]");
}

static void
remove_directory(void)
{
	temporary_directory_remove(directory);
}

static const struct {
	const char *names;
	size_t count;
} good[] = {{"one", 1}, {"one+same", 2}, {"same,one", 2}, {" one , same +" SHIPPED, 3}};

START_TEST(reads_names)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_msg(profile_set_read(&set, directory, good[_i].names, &diag) == DONE, "%s",
		diag_text(words, &diag));
	ck_assert_uint_eq(set.count, good[_i].count);
}
END_TEST

static const struct {
	const char *names;
	const char *sentence;
} bad[] = {
	{"", "fault profiles: none; expected one that \"mock-ndes faults\" lists"},
	{"+,", "fault profiles: none; expected one that \"mock-ndes faults\" lists"},
	{"oen", "oen: no such fault profile; did you mean one?"},
	{"app-pool-stoped", "app-pool-stoped: no such fault profile; did you mean " SHIPPED "?"},
	{"../one", "../one: no such fault profile; expected one that \"mock-ndes faults\" lists"},
	{"one+one", "one: it stands twice; expected each profile once"},
	{"one+other",
		"one+other: one and other set max_url differently; expected profiles that can both "
		"be so"},
	{"same+one+other",
		"same+other: same and other set max_url differently; expected profiles that can "
		"both be so"},
	{"first+second",
		"first+second: first and second both have a rule with the id b; expected profiles "
		"whose rules have ids of their own"},
};

START_TEST(refuses_names)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_int_eq(profile_set_read(&set, directory, bad[_i].names, &diag), REFUSED);
	ck_assert_str_eq(diag_text(words, &diag), bad[_i].sentence);
}
END_TEST

START_TEST(refuses_a_broken_file_with_its_place)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_int_eq(profile_set_read(&set, directory, "one+broken", &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag_text(words, &diag),
		"/broken.yaml:7:12 (max_url): a text; expected a whole number"));
}
END_TEST

START_TEST(puts_settings_over_others)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	SETTINGS_CLEANUP struct settings settings = {0};
	struct rule_source sources[PROFILE_SET_MAX];

	settings_init(&settings);
	settings.max_query_string = 777;
	ck_assert_int_eq(profile_set_read(&set, directory, "one+same", NULL), DONE);
	ck_assert_int_eq(profile_set_apply(&set, &settings, NULL), DONE);
	ck_assert_int_eq(settings.max_url, 2000);
	ck_assert(!settings.x_powered_by);
	ck_assert_int_eq(settings.max_query_string, 777);
	ck_assert_uint_eq(profile_set_sources(sources, &set), 2);
	ck_assert_uint_eq(json_array_size(sources[0].rules), 0);
	ck_assert_uint_eq(json_array_size(sources[1].rules), 1);
	ck_assert_str_eq(sources[1].name, "same");
}
END_TEST

START_TEST(removes_by_name)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};

	ck_assert_int_eq(profile_set_read(&set, directory, "one+same+first", NULL), DONE);
	profile_set_remove(&set, "second");
	ck_assert_uint_eq(set.count, 3);
	profile_set_remove(&set, "one");
	profile_set_remove(&set, "first");
	ck_assert_uint_eq(set.count, 1);
	ck_assert_str_eq(set.profiles[0].name, "same");
	ck_assert_ptr_null(profile_set_find(&set, "one"));
	ck_assert_int_eq(profile_set_add(&set, directory, "first", NULL), DONE);
	ck_assert_str_eq(profile_set_find(&set, "first")->name, "first");
}
END_TEST

START_TEST(prefers_the_users_own)
{
	PROFILE_CLEANUP struct profile shipped = {0}, own = {0};

	write_profile(SHIPPED, "{}", "[]");
	ck_assert_int_eq(profile_catalogue_read(&shipped, NULL, SHIPPED, NULL), DONE);
	ck_assert_int_eq(profile_catalogue_read(&own, directory, SHIPPED, NULL), DONE);
	ck_assert_str_ne(shipped.title, "own");
	ck_assert_str_eq(own.title, "own");
}
END_TEST

static int
count_shipped(void *context, const char *name)
{
	*(int *)context += strcmp(name, SHIPPED) == 0;
	return strcmp(name, "other") == 0;
}

START_TEST(lists_each_name_once)
{
	int found = 0;

	write_profile(SHIPPED, "{}", "[]");
	ck_assert_int_eq(profile_catalogue_each(directory, count_shipped, &found), 1);
	ck_assert_int_eq(found, 1);
	found = 0;
	ck_assert_int_eq(profile_catalogue_each(NULL, count_shipped, &found), 0);
	ck_assert_int_eq(found, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("profile_set");
	TCase *tcase = tcase_create("profile_set");

	tcase_add_checked_fixture(tcase, make_directory, remove_directory);
	tcase_add_loop_test(tcase, reads_names, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tcase, refuses_names, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tcase, refuses_a_broken_file_with_its_place);
	tcase_add_test(tcase, puts_settings_over_others);
	tcase_add_test(tcase, removes_by_name);
	tcase_add_test(tcase, prefers_the_users_own);
	tcase_add_test(tcase, lists_each_name_once);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
