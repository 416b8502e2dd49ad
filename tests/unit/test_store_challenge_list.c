/* Challenges page by page, with the state of each. */
#include <stdio.h>

#include "store_support.h"
#include "tests/run_suite.h"

#define NOW  INT64_C(1700000000000)
#define HOUR INT64_C(3600000)

static const char *const states[] = {[CHALLENGE_VALID] = "valid",
	[CHALLENGE_UNKNOWN] = "unknown",
	[CHALLENGE_USED] = "used",
	[CHALLENGE_EXPIRED] = "expired",
	[CHALLENGE_REVOKED] = "revoked"};

/* One line for each entry. */
static void
note(void *context, const struct challenge_entry *entry)
{
	buffer_append_format(context, "%s%s%s %s %lld %lld %llu\n", entry->challenge,
		entry->server > 1 ? "#" : "", entry->is_token ? " (token)" : "",
		states[entry->record.state], (long long)(entry->record.made_at - NOW),
		(long long)(entry->record.used_at ? entry->record.used_at - NOW : -1),
		(unsigned long long)entry->record.used_by);
}

static void
add(struct store *store, const char *site, const char *challenge, int64_t made_at)
{
	struct diag diag = {0};

	ASSERT_DONE(store_challenge_add(
			    store, site, challenge, NOW + made_at, NOW + made_at + HOUR, 0, &diag),
		&diag);
}

static void
prepare(struct store *store)
{
	struct challenge_record record;
	struct diag diag = {0};

	add(store, "default", "C1", 1);
	add(store, "default", "A1", 1);
	add(store, "default", "B1", 1);
	add(store, "default", "E0", 0);
	add(store, "default", "D2", 2);
	add(store, "other", "O1", 1);
	add(store, "default#2", "A1", 1);
	add(store, "default2", "O2", 1);
	ASSERT_DONE(store_challenge_take(
			    &record, store, "default", bytes_text("A1"), NOW + 5, 17, &diag),
		&diag);
	ASSERT_DONE(store_challenge_revoke(store, "default", "C1", NOW + 6, &diag), &diag);
	ASSERT_DONE(store_challenge_remember_once(
			    store, "default", "t1", NOW + 3, NOW + HOUR + 3, &diag),
		&diag);
	ASSERT_DONE(store_challenge_remember_once(
			    store, "default", "t2", NOW + 4, NOW + HOUR + 4, &diag),
		&diag);
	ASSERT_DONE(store_challenge_take_once(&record, store, "default", bytes_text("t2"), NOW + 8,
			    NOW + HOUR + 4, 18, &diag),
		&diag);
	ASSERT_DONE(store_challenge_take_once(&record, store, "default", bytes_text("foreign"),
			    NOW + 9, NOW + HOUR, 19, &diag),
		&diag);
}

#define FOREIGN "foreign (token) used 9 9 19\n"
#define T2      "t2 (token) used 4 8 18\n"
#define T1      "t1 (token) valid 3 -1 0\n"
#define D2      "D2 valid 2 -1 0\n"
#define A1      "A1 used 1 5 17\n"
#define B1      "B1 valid 1 -1 0\n"
#define C1      "C1 revoked 1 6 0\n"
#define A1_2    "A1# valid 1 -1 0\n"
#define E0      "E0 expired 0 -1 0\n"

static const struct {
	struct challenge_filter filter;
	const char *lines;
} filters[] = {
	{{0}, FOREIGN T2 T1 D2 A1 B1 C1 A1_2 E0},
	{{.has_state = true, .state = CHALLENGE_VALID}, T1 D2 B1 A1_2},
	{{.has_state = true, .state = CHALLENGE_USED}, FOREIGN T2 A1},
	{{.has_state = true, .state = CHALLENGE_EXPIRED}, E0},
	{{.has_state = true, .state = CHALLENGE_REVOKED}, C1},
	{{.challenge = "B1"}, B1},
	{{.challenge = "A1"}, A1 A1_2},
	{{.challenge = "t2"}, T2},
	{{.challenge = "t1"}, T1},
	{{.challenge = "foreign"}, FOREIGN},
	{{.challenge = "E0"}, E0},
	{{.challenge = "A1", .has_state = true, .state = CHALLENGE_VALID}, A1_2},
	{{.challenge = "O1"}, ""},
};

static const size_t limits[] = {1, 3, 1000};

/* Whether an expired one was noticed before makes no difference. */
START_TEST(lists)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	size_t row = (size_t)_i % ROWS(filters);
	BUFFER_CLEANUP struct buffer lines = {0}, cursor = {0};
	struct challenge_record record;
	struct diag diag = {0};
	int64_t total = 0;

	prepare(store);
	if (_i % 2)
		ASSERT_DONE(store_challenge_take(&record, store, "default", bytes_text("E0"),
				    NOW + HOUR, 20, &diag),
			&diag);
	do {
		STORE_PAGE_CLEANUP struct store_page page = {
			.limit = limits[(size_t)_i / ROWS(filters)],
			.after = cursor.size ? buffer_text(&cursor) : NULL};

		ASSERT_DONE(store_challenge_list(&page, store, "default", &filters[row].filter,
				    NOW + HOUR, note, &lines, &diag),
			&diag);
		total = page.total;
		buffer_clear(&cursor);
		buffer_append(&cursor, buffer_bytes(&page.next));
	} while (cursor.size);
	ck_assert_str_eq(buffer_text(&lines), filters[row].lines);
	for (const char *next = filters[row].lines; *next; next++)
		total -= *next == '\n';
	ck_assert_int_eq(total, 0);
}
END_TEST

START_TEST(refuses_a_cursor_that_is_none)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	const struct challenge_filter all = {0};
	struct store_page page = {.limit = 1, .after = "17 1"};
	struct diag diag = {0};

	ck_assert_int_eq(
		store_challenge_list(&page, store, "default", &all, NOW, note, NULL, &diag),
		REFUSED);
	ck_assert_str_eq(diag.found, "\"17 1\"");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_challenge_list");
	TCase *cases = tcase_create("store_challenge_list");

	tcase_add_loop_test(cases, lists, 0, ROWS(filters) * ROWS(limits));
	tcase_add_test(cases, refuses_a_cursor_that_is_none);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
