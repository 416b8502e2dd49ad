/* A purged site leaves nothing behind, and the others as they are. */
#include <stdlib.h>
#include <string.h>

#include "store_support.h"
#include "tests/run_suite.h"

#define NOW INT64_C(1700000000000)

/* A row in every table that has sites. */
static void
fill(struct store *store, const char *site, unsigned certificates)
{
	struct transaction_record pending = {.status = SCEP_STATUS_PENDING, .request_id = 9};
	struct challenge_record record;
	struct diag diag = {0};
	uint32_t number;

	for (unsigned i = 0; i < certificates; i++)
		ASSERT_DONE(support_issue(&number, store, site, &diag), &diag);
	ASSERT_DONE(store_transaction_put(store, site, "waits", &pending, NOW, &diag), &diag);
	for (unsigned i = 0; i < 2; i++)
		ASSERT_DONE(
			store_challenge_add(store, site, i ? "A1" : "A2", NOW, NOW + 1, 0, &diag),
			&diag);
	ASSERT_DONE(
		store_challenge_take(&record, store, site, bytes_text("A1"), NOW, 1, &diag), &diag);
	ASSERT_DONE(store_challenge_remember_once(store, site, "t1", NOW, NOW + 1, &diag), &diag);
	ASSERT_DONE(store_challenge_take_once(
			    &record, store, site, bytes_text("t1"), NOW, NOW + 1, 1, &diag),
		&diag);
	ASSERT_DONE(store_single_password_keep(store, site, "single", &diag), &diag);
}

/* One line for each table of the file that has sites: how many rows are of this one. So a table that is
 * forgotten shows. The journal's is emptied by its own thread, which may have rows that wait
 * (test_journal.c). */
static void
count_rows(struct buffer *out, const char *directory, const char *site)
{
	BUFFER_CLEANUP struct buffer tables = {0}, sql = {0};

	support_query(&tables, directory,
		"SELECT name FROM sqlite_master"
		" WHERE type = 'table' AND sql LIKE '%site TEXT%' ORDER BY name");
	for (char *name = strtok(buffer_text(&tables), "\n"); name; name = strtok(NULL, "\n"))
		buffer_append_format(&sql, "%sSELECT '%s', count(*) FROM %s WHERE site = '%s'",
			sql.size ? " UNION ALL " : "", name, name, site);
	support_query(out, directory, buffer_text(&sql));
}

START_TEST(leaves_nothing)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	STORE_CLEANUP struct store *store = support_open(directory);
	BUFFER_CLEANUP struct buffer full = {0}, empty = {0}, before = {0}, after = {0};
	struct diag diag = {0};
	uint32_t number;

	fill(store, "gone", 40);
	fill(store, "stays", 3);
	count_rows(&full, directory, "gone");
	ck_assert_str_eq(buffer_text(&full),
		"certificates|40\nchallenges|1\ncounters|2\njournal|0\nminted_tokens|1\nsingle_"
		"passwords|1\n"
		"spent_challenges|1\ntransactions|41\nused_tokens|1");
	count_rows(&before, directory, "stays");
	ASSERT_DONE(store_site_purge(store, "gone", &diag), &diag);
	count_rows(&empty, directory, "gone");
	ck_assert_str_eq(buffer_text(&empty),
		"certificates|0\nchallenges|0\ncounters|0\njournal|0\nminted_tokens|0\nsingle_"
		"passwords|0\n"
		"spent_challenges|0\ntransactions|0\nused_tokens|0");
	count_rows(&after, directory, "stays");
	ck_assert_str_eq(buffer_text(&after), buffer_text(&before));
	/* Of one that lives on, the numbers go on. */
	ASSERT_DONE(store_site_empty(store, "stays", &diag), &diag);
	ASSERT_DONE(store_next_request_id(&number, store, "stays", &diag), &diag);
	ck_assert_uint_eq(number, 4);
	/* Of the same name, another one. */
	ASSERT_DONE(store_next_request_id(&number, store, "gone", &diag), &diag);
	ck_assert_uint_eq(number, 1);
	ASSERT_DONE(store_site_purge(store, "never there", &diag), &diag);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_site");
	TCase *cases = tcase_create("store_site");

	tcase_set_timeout(cases, 60); /* Python is slow to start on a busy machine */
	tcase_add_test(cases, leaves_nothing);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
