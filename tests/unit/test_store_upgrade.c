/* A state file of an earlier version is brought to this one with what it holds. */

#include "server/store_challenge_list.h"
#include "store_support.h"
#include "tests/run_suite.h"

/* Of what state_version_3.sql holds. */
#define MADE   INT64_C(1700000000000)
#define MINUTE INT64_C(60000)

static void
run(const char *directory, const char *sql)
{
	BUFFER_CLEANUP struct buffer answer = {0};

	support_query(&answer, directory, sql);
}

static void
make_version_3(const char *directory)
{
	support_make_state(directory, "state_version_3.sql");
}

/* Those before by what they had not. */
static void
make_version_2(const char *directory)
{
	make_version_3(directory);
	run(directory, "DROP TABLE journal");
	run(directory, "PRAGMA user_version = 2");
}

static void
make_version_1(const char *directory)
{
	make_version_2(directory);
	run(directory, "ALTER TABLE transactions DROP COLUMN approved_at");
	run(directory, "DROP TABLE minted_tokens");
	run(directory, "PRAGMA user_version = 1");
}

static void (*const versions[])(const char *directory) = {
	make_version_1, make_version_2, make_version_3};

#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

static void
read_schema(struct buffer *out, const char *directory)
{
	support_query(out, directory, "SELECT sql FROM sqlite_master ORDER BY name");
}

START_TEST(upgrades)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	DIRECTORY_CLEANUP char *fresh = temporary_directory_new();
	TRANSACTION_RECORD_CLEANUP struct transaction_record found = {0};
	BUFFER_CLEANUP struct buffer wanted = {0}, schema = {0};
	struct store *store;
	struct diag diag = {0};

	store_close(support_open(fresh));
	read_schema(&wanted, fresh);
	versions[_i](directory);

	store = support_open(directory);
	ASSERT_DONE(store_transaction_find(&found, store, "default", "waits", &diag), &diag);
	ck_assert_uint_eq(found.request_id, 9);
	ASSERT_DONE(store_transaction_approve(store, "default", "waits", 2, &diag), &diag);
	store_close(store);
	read_schema(&schema, directory);
	ck_assert_str_eq(buffer_text(&schema), buffer_text(&wanted));
	store_close(support_open(directory));
}
END_TEST

static const struct {
	const char *site, *challenge;
	enum challenge_state state;
	uint64_t used_by;
} challenges[] = {
	{"default", "8CE317021F690069", CHALLENGE_VALID, 0},
	{"default", "A1B2C3D4E5F60718", CHALLENGE_VALID, 0},
	{"default", "p\xc3\xa4ssw\xc3\xb6rd", CHALLENGE_VALID, 0},
	{"other", "8CE317021F690069", CHALLENGE_VALID, 0},
	{"other", "A1B2C3D4E5F60718", CHALLENGE_UNKNOWN, 0},
	{"default", "USED000000000001", CHALLENGE_USED, 3},
	{"default", "REVOKED000000002", CHALLENGE_REVOKED, 0},
	{"default", "EXPIRED000000003", CHALLENGE_EXPIRED, 0},
	{"default", "8CE317021F69006A", CHALLENGE_UNKNOWN, 0},
};

#define CHALLENGES (sizeof(challenges) / sizeof(challenges[0]))

static void
count(void *context, const struct challenge_entry *entry)
{
	(void)entry;
	++*(int *)context;
}

/* Returns how many entries of the site have the text. */
static int
count_named(struct store *store, const char *site, const char *challenge)
{
	STORE_PAGE_CLEANUP struct store_page page = {.limit = 10};
	const struct challenge_filter filter = {.challenge = challenge};
	struct diag diag = {0};
	int found = 0;

	ASSERT_DONE(store_challenge_list(&page, store, site, &filter, MADE, count, &found, &diag),
		&diag);
	return found;
}

START_TEST(keeps_challenges)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	STORE_CLEANUP struct store *store = NULL;
	struct challenge_record record;
	struct diag diag = {0};

	versions[_i](directory);
	store = support_open(directory);
	for (size_t i = 0; i < CHALLENGES; i++) {
		ck_assert_int_eq(count_named(store, challenges[i].site, challenges[i].challenge),
			challenges[i].state != CHALLENGE_UNKNOWN);
		ASSERT_DONE(store_challenge_take(&record, store, challenges[i].site,
				    bytes_text(challenges[i].challenge), MADE + MINUTE, 17, &diag),
			&diag);
		ck_assert_msg(record.state == challenges[i].state, "%s is in state %d",
			challenges[i].challenge, record.state);
		ck_assert_uint_eq(record.used_by, challenges[i].used_by);
	}
}
END_TEST

/* PasswordMax counts those of before, and lets them go when they expire. */
START_TEST(counts_challenges)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	STORE_CLEANUP struct store *store = NULL;
	struct diag diag = {0};

	versions[_i](directory);
	store = support_open(directory);
	ck_assert_int_eq(
		store_challenge_add(store, "default", "A", MADE, INT64_MAX, 3, &diag), REFUSED);
	ck_assert_int_eq(store_challenge_add(
				 store, "default", "8CE317021F690069", MADE, INT64_MAX, 4, &diag),
		CHALLENGE_DUPLICATE);
	ASSERT_DONE(store_challenge_add(store, "default", "A", MADE, INT64_MAX, 4, &diag), &diag);
	ASSERT_DONE(
		store_challenge_add(store, "default", "B", MADE + 61 * MINUTE, INT64_MAX, 3, &diag),
		&diag);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_upgrade");
	TCase *cases = tcase_create("store_upgrade");

	tcase_set_timeout(cases, 60); /* Python is slow to start on a busy machine */
	tcase_add_loop_test(cases, upgrades, 0, VERSIONS);
	tcase_add_loop_test(cases, keeps_challenges, 0, VERSIONS);
	tcase_add_loop_test(cases, counts_challenges, 0, VERSIONS);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
