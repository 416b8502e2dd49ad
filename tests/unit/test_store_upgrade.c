/* A state file of an earlier version is brought to this one with what it holds. */
#include <stdlib.h>

#include "store_support.h"

static void
run(const char *directory, const char *sql)
{
	BUFFER_CLEANUP struct buffer answer = {0};

	support_query(&answer, directory, sql);
}

/* Each version by what it had not. */
static void
go_back_to_version_2(const char *directory)
{
	run(directory, "DROP TABLE journal");
	run(directory, "PRAGMA user_version = 2");
}

static void
go_back_to_version_1(const char *directory)
{
	go_back_to_version_2(directory);
	run(directory, "ALTER TABLE transactions DROP COLUMN approved_at");
	run(directory, "DROP TABLE minted_tokens");
	run(directory, "PRAGMA user_version = 1");
}

static void (*const ways_back[])(const char *directory) = {
	go_back_to_version_1, go_back_to_version_2};

START_TEST(upgrades)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	TRANSACTION_RECORD_CLEANUP struct transaction_record found = {0};
	struct transaction_record pending = {.status = SCEP_STATUS_PENDING, .request_id = 9};
	BUFFER_CLEANUP struct buffer before = {0}, after = {0};
	struct store *store = support_open(directory);
	struct diag diag = {0};

	ASSERT_DONE(store_transaction_put(store, "default", "waits", &pending, 1, &diag), &diag);
	store_close(store);
	support_query(&before, directory, "SELECT sql FROM sqlite_master ORDER BY name");
	ways_back[_i](directory);

	store = support_open(directory);
	ASSERT_DONE(store_transaction_find(&found, store, "default", "waits", &diag), &diag);
	ck_assert_uint_eq(found.request_id, 9);
	ASSERT_DONE(store_transaction_approve(store, "default", "waits", 2, &diag), &diag);
	store_close(store);
	support_query(&after, directory, "SELECT sql FROM sqlite_master ORDER BY name");
	ck_assert_str_eq(buffer_text(&after), buffer_text(&before));
	store_close(support_open(directory));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_upgrade");
	TCase *cases = tcase_create("store_upgrade");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(cases, 60); /* Python is slow to start on a busy machine */
	tcase_add_loop_test(cases, upgrades, 0, sizeof(ways_back) / sizeof(ways_back[0]));
	suite_add_tcase(suite, cases);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
