/* Challenges in the store: each is taken once, the cache is bounded, and what is spent is known. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "common/memory.h"
#include "store_support.h"
#include "tests/run_suite.h"

#define NOW     INT64_C(1700000000000)
#define HOUR    INT64_C(3600000)
#define DAY     (24 * HOUR)
#define THREADS 50

static void
add(struct store *store, const char *challenge, int64_t now)
{
	struct diag diag = {0};

	ASSERT_DONE(
		store_challenge_add(store, "default", challenge, now, now + HOUR, 0, &diag), &diag);
}

static struct challenge_record
take(struct store *store, const char *challenge, int64_t now, uint64_t exchange)
{
	struct challenge_record record;
	struct diag diag = {0};

	ASSERT_DONE(store_challenge_take(
			    &record, store, "default", bytes_text(challenge), now, exchange, &diag),
		&diag);
	return record;
}

static struct challenge_record
take_once(struct store *store, const char *identifier, int64_t now, uint64_t exchange)
{
	struct challenge_record record;
	struct diag diag = {0};

	ASSERT_DONE(store_challenge_take_once(&record, store, "default", bytes_text(identifier),
			    now, now + HOUR, exchange, &diag),
		&diag);
	return record;
}

START_TEST(takes_a_challenge_once)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct challenge_record record;

	add(store, "8CE317021F690069", NOW);
	record = take(store, "8CE317021F690069", NOW + 1000, 17);
	ck_assert_int_eq(record.state, CHALLENGE_VALID);
	ck_assert_int_eq(record.made_at, NOW);
	ck_assert_int_eq(record.expires_at, NOW + HOUR);

	record = take(store, "8CE317021F690069", NOW + 2000, 18);
	ck_assert_int_eq(record.state, CHALLENGE_USED);
	ck_assert_uint_eq(record.used_by, 17);
	ck_assert_int_eq(record.used_at, NOW + 1000);
	ck_assert_int_eq(record.made_at, NOW);
	/* Used stays used when its time is over. */
	ck_assert_int_eq(take(store, "8CE317021F690069", NOW + DAY, 19).state, CHALLENGE_USED);
}
END_TEST

START_TEST(knows_no_other_challenge)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct challenge_record record;
	struct diag diag = {0};

	add(store, "8CE317021F690069", NOW);
	ck_assert_int_eq(take(store, "8CE317021F690068", NOW, 1).state, CHALLENGE_UNKNOWN);
	ck_assert_int_eq(take(store, "8ce317021f690069", NOW, 1).state, CHALLENGE_UNKNOWN);
	ck_assert_int_eq(take(store, "8CE317021F69006", NOW, 1).state, CHALLENGE_UNKNOWN);
	ck_assert_int_eq(take(store, "", NOW, 1).state, CHALLENGE_UNKNOWN);
	ASSERT_DONE(store_challenge_take(
			    &record, store, "other", bytes_text("8CE317021F690069"), NOW, 1, &diag),
		&diag);
	ck_assert_int_eq(record.state, CHALLENGE_UNKNOWN);
	ck_assert_int_eq(take(store, "8CE317021F690069", NOW, 1).state, CHALLENGE_VALID);
}
END_TEST

/* Whether it is noticed when it is sent or when another is made. */
/* SQLite compares what it looks up byte for byte with those in the index, until one differs. */
START_TEST(has_no_index_of_secrets)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	BUFFER_CLEANUP struct buffer columns = {0};

	store_close(support_open(directory));
	support_query(&columns, directory,
		"SELECT DISTINCT part.name FROM sqlite_master AS master,"
		" pragma_index_list(master.name) AS list, pragma_index_info(list.name) AS part"
		" WHERE master.type = 'table'"
		" AND master.name IN ('challenges', 'spent_challenges', 'single_passwords')"
		" ORDER BY part.name");
	ck_assert_str_eq(buffer_text(&columns), "expires_at\nhmac\nsite");
}
END_TEST

/* As two whose HMACs are the same, which nobody can find. */
START_TEST(compares_the_challenge_itself)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	BUFFER_CLEANUP struct buffer answer = {0};
	struct store *store = support_open(directory);

	add(store, "8CE317021F690069", NOW);
	store_close(store);
	support_query(&answer, directory, "UPDATE challenges SET challenge = '9CE317021F690069'");
	store = support_open(directory);
	ck_assert_int_eq(take(store, "8CE317021F690069", NOW, 1).state, CHALLENGE_UNKNOWN);
	ck_assert_int_eq(take(store, "9CE317021F690069", NOW, 1).state, CHALLENGE_UNKNOWN);
	store_close(store);
	support_query(&answer, directory, "SELECT challenge FROM challenges");
	ck_assert_str_eq(buffer_text(&answer), "9CE317021F690069");
}
END_TEST

START_TEST(expires)
{
	STORE_CLEANUP struct store *store = support_open(NULL);

	add(store, "A1", NOW);
	add(store, "A2", NOW);
	add(store, "A3", NOW);
	ck_assert_int_eq(take(store, "A1", NOW + HOUR - 1, 1).state, CHALLENGE_VALID);
	ck_assert_int_eq(take(store, "A2", NOW + HOUR, 2).state, CHALLENGE_EXPIRED);
	ck_assert_int_eq(take(store, "A2", NOW, 3).state, CHALLENGE_EXPIRED);
	add(store, "A4", NOW + HOUR);
	ck_assert_int_eq(take(store, "A3", NOW + HOUR, 4).state, CHALLENGE_EXPIRED);
	ck_assert_int_eq(take(store, "A4", NOW + HOUR, 5).state, CHALLENGE_VALID);
}
END_TEST

START_TEST(gives_back_what_the_same_exchange_took)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct bytes challenge = bytes_text("8CE317021F690069");
	struct diag diag = {0};

	add(store, "8CE317021F690069", NOW);
	take(store, "8CE317021F690069", NOW, 17);
	ASSERT_DONE(store_challenge_release(store, "default", challenge, 18, &diag), &diag);
	ck_assert_int_eq(take(store, "8CE317021F690069", NOW, 19).state, CHALLENGE_USED);
	ASSERT_DONE(store_challenge_release(store, "default", challenge, 17, &diag), &diag);
	ck_assert_int_eq(take(store, "8CE317021F690069", NOW, 20).state, CHALLENGE_VALID);
	ck_assert_uint_eq(take(store, "8CE317021F690069", NOW, 21).used_by, 20);
}
END_TEST

START_TEST(forgets_the_unused_ones_when_told)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct diag diag = {0};

	add(store, "A1", NOW);
	add(store, "A2", NOW);
	take(store, "A1", NOW, 1);
	ASSERT_DONE(store_challenge_clear(store, "other", &diag), &diag);
	ck_assert_int_eq(take(store, "A1", NOW, 2).state, CHALLENGE_USED);
	ASSERT_DONE(store_challenge_clear(store, "default", &diag), &diag);
	ck_assert_int_eq(take(store, "A2", NOW, 2).state, CHALLENGE_UNKNOWN);
}
END_TEST

/* --- PasswordMax ------------------------------------------------------------------- */

static int
add_limited(struct store *store, const char *site, unsigned number, int64_t now)
{
	char challenge[16];

	snprintf(challenge, sizeof(challenge), "%08X", number);
	return store_challenge_add(store, site, challenge, now, now + HOUR, 5, NULL);
}

START_TEST(fills_up_at_password_max)
{
	STORE_CLEANUP struct store *store = support_open(NULL);

	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(add_limited(store, "default", i, NOW + i), DONE);
	ck_assert_int_eq(add_limited(store, "default", 5, NOW + 10), REFUSED);
	ck_assert_int_eq(take(store, "00000005", NOW, 1).state, CHALLENGE_UNKNOWN);
	/* Another site has a cache of its own. */
	ck_assert_int_eq(add_limited(store, "other", 5, NOW), DONE);
	/* One is used: room for one. */
	ck_assert_int_eq(take(store, "00000003", NOW, 1).state, CHALLENGE_VALID);
	ck_assert_int_eq(add_limited(store, "default", 6, NOW + 10), DONE);
	ck_assert_int_eq(add_limited(store, "default", 7, NOW + 10), REFUSED);
	/* Two have expired: room for two. */
	ck_assert_int_eq(add_limited(store, "default", 7, NOW + HOUR + 1), DONE);
	ck_assert_int_eq(add_limited(store, "default", 8, NOW + HOUR + 1), DONE);
	ck_assert_int_eq(add_limited(store, "default", 9, NOW + HOUR + 1), REFUSED);
}
END_TEST

START_TEST(says_when_a_challenge_is_there_already)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct challenge_record record;

	ck_assert_int_eq(add_limited(store, "default", 1, NOW), DONE);
	ck_assert_int_eq(add_limited(store, "default", 1, NOW + 1), CHALLENGE_DUPLICATE);
	ck_assert_int_eq(add_limited(store, "other", 1, NOW + 1), DONE);
	ck_assert_int_eq(take(store, "00000001", NOW, 1).made_at, NOW);
	/* Spent and drawn again: a new life. */
	ck_assert_int_eq(add_limited(store, "default", 1, NOW + 2), DONE);
	record = take(store, "00000001", NOW + 3, 2);
	ck_assert_int_eq(record.state, CHALLENGE_VALID);
	ck_assert_int_eq(record.made_at, NOW + 2);
}
END_TEST

/* --- what is kept is bounded ------------------------------------------------------------ */

static int64_t
count_rows(const char *directory, const char *table)
{
	TEXT_CLEANUP char *sql = text_format("SELECT count(*) FROM %s", table);
	BUFFER_CLEANUP struct buffer answer = {0};

	support_query(&answer, directory, sql);
	return strtoll(buffer_text(&answer), NULL, 10);
}

/* The oldest spent ones are forgotten, and are then unknown. */
START_TEST(forgets_old_spent_challenges)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	STORE_CLEANUP struct store *store = support_open(directory);
	char challenge[16];

	for (unsigned i = 0; i < 10010; i++) {
		snprintf(challenge, sizeof(challenge), "%08X", i);
		add(store, challenge, NOW);
		if (i % 2 == 0)
			take(store, challenge, NOW, 1 + i);
	}
	ck_assert_int_eq(count_rows(directory, "spent_challenges"), 5005);
	add(store, "LAST", NOW + HOUR);
	ck_assert_int_eq(count_rows(directory, "spent_challenges"), 10000);
	ck_assert_int_eq(count_rows(directory, "challenges"), 1);
	ck_assert_int_eq(take(store, "00000000", NOW, 1).state, CHALLENGE_UNKNOWN);
	ck_assert_int_eq(take(store, "00000100", NOW, 1).state, CHALLENGE_USED);
	ck_assert_int_eq(take(store, "00000001", NOW, 1).state, CHALLENGE_EXPIRED);
}
END_TEST

/* --- Intune challenges ------------------------------------------------------------------- */

START_TEST(takes_an_identifier_once)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct challenge_record record;
	struct diag diag = {0};

	ck_assert_int_eq(take_once(store, "token-1", NOW, 17).state, CHALLENGE_VALID);
	record = take_once(store, "token-1", NOW + 5, 18);
	ck_assert_int_eq(record.state, CHALLENGE_USED);
	ck_assert_uint_eq(record.used_by, 17);
	ck_assert_int_eq(record.used_at, NOW);
	ck_assert_int_eq(take_once(store, "token-2", NOW, 18).state, CHALLENGE_VALID);

	ASSERT_DONE(
		store_challenge_release_once(store, "default", bytes_text("token-1"), 18, &diag),
		&diag);
	ck_assert_int_eq(take_once(store, "token-1", NOW, 19).state, CHALLENGE_USED);
	ASSERT_DONE(
		store_challenge_release_once(store, "default", bytes_text("token-1"), 17, &diag),
		&diag);
	ck_assert_int_eq(take_once(store, "token-1", NOW, 20).state, CHALLENGE_VALID);
}
END_TEST

START_TEST(forgets_identifiers_long_after_their_tokens)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	STORE_CLEANUP struct store *store = support_open(directory);

	take_once(store, "token-1", NOW, 1);
	take_once(store, "token-2", NOW + HOUR + DAY - 1, 2);
	ck_assert_int_eq(take_once(store, "token-1", NOW, 3).state, CHALLENGE_USED);
	take_once(store, "token-3", NOW + HOUR + DAY, 4);
	ck_assert_int_eq(count_rows(directory, "used_tokens"), 2);
	ck_assert_int_eq(take_once(store, "token-2", NOW, 5).state, CHALLENGE_USED);
}
END_TEST

/* --- UseSinglePassword --------------------------------------------------------------------- */

START_TEST(keeps_one_single_password)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	struct store *store = support_open(directory);
	BUFFER_CLEANUP struct buffer password = {0};
	struct diag diag = {0};

	ck_assert_int_eq(store_single_password_find(&password, store, "default", &diag), REFUSED);
	ASSERT_DONE(store_single_password_keep(store, "default", "FIRST", &diag), &diag);
	ASSERT_DONE(store_single_password_keep(store, "default", "SECOND", &diag), &diag);
	store_close(store);
	store = support_open(directory);
	ASSERT_DONE(store_single_password_find(&password, store, "default", &diag), &diag);
	ck_assert_str_eq(buffer_text(&password), "FIRST");
	ck_assert_int_eq(store_single_password_find(&password, store, "other", &diag), REFUSED);
	store_close(store);
}
END_TEST

/* --- 50 at once ------------------------------------------------------------------------------ */

struct taker {
	struct store *store;
	pthread_barrier_t *start;
	uint64_t exchange;
	struct challenge_record challenge, token;
	int result;
};

static void *
take_both(void *context)
{
	struct taker *taker = context;

	pthread_barrier_wait(taker->start);
	taker->result = store_challenge_take(&taker->challenge, taker->store, "default",
		bytes_text("8CE317021F690069"), NOW, taker->exchange, NULL);
	taker->result |= store_challenge_take_once(&taker->token, taker->store, "default",
		bytes_text("token-1"), NOW, NOW + HOUR, taker->exchange, NULL);
	return NULL;
}

static void
let_all_take(struct taker takers[THREADS], struct store *store)
{
	pthread_t threads[THREADS];
	pthread_barrier_t start;

	pthread_barrier_init(&start, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++) {
		takers[i] = (struct taker){.store = store, .start = &start, .exchange = i + 1};
		ck_assert_int_eq(pthread_create(&threads[i], NULL, take_both, &takers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
}

static const bool in_directory[] = {false, true};

START_TEST(lets_one_of_many_have_it)
{
	char *directory = in_directory[_i] ? temporary_directory_new() : NULL;
	struct store *store = support_open(directory);
	struct taker takers[THREADS];
	uint64_t winner = 0, token_winner = 0;

	add(store, "8CE317021F690069", NOW);
	let_all_take(takers, store);
	for (size_t i = 0; i < THREADS; i++) {
		ck_assert_int_eq(takers[i].result, DONE);
		if (takers[i].challenge.state == CHALLENGE_VALID) {
			ck_assert_uint_eq(winner, 0);
			winner = takers[i].exchange;
		}
		if (takers[i].token.state == CHALLENGE_VALID) {
			ck_assert_uint_eq(token_winner, 0);
			token_winner = takers[i].exchange;
		}
	}
	ck_assert_uint_ne(winner, 0);
	ck_assert_uint_ne(token_winner, 0);
	for (size_t i = 0; i < THREADS; i++) {
		if (takers[i].exchange != winner)
			ck_assert_uint_eq(takers[i].challenge.used_by, winner);
		if (takers[i].exchange != token_winner)
			ck_assert_uint_eq(takers[i].token.used_by, token_winner);
	}
	store_close(store);
	if (directory)
		temporary_directory_remove(directory);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_challenges");
	TCase *cases = tcase_create("challenges");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, takes_a_challenge_once);
	tcase_add_test(cases, knows_no_other_challenge);
	tcase_add_test(cases, has_no_index_of_secrets);
	tcase_add_test(cases, compares_the_challenge_itself);
	tcase_add_test(cases, expires);
	tcase_add_test(cases, gives_back_what_the_same_exchange_took);
	tcase_add_test(cases, forgets_the_unused_ones_when_told);
	tcase_add_test(cases, fills_up_at_password_max);
	tcase_add_test(cases, says_when_a_challenge_is_there_already);
	tcase_add_test(cases, forgets_old_spent_challenges);
	tcase_add_test(cases, takes_an_identifier_once);
	tcase_add_test(cases, forgets_identifiers_long_after_their_tokens);
	tcase_add_test(cases, keeps_one_single_password);
	tcase_add_loop_test(cases, lets_one_of_many_have_it, 0, ROWS(in_directory));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
