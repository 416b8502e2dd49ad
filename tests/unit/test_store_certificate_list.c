/* Certificates page by page, newest first, and what a filter lets through. */
#include <stdio.h>
#include <string.h>

#include "common/memory.h"
#include "store_support.h"
#include "tests/run_suite.h"

/* The validity of support_certificate's, and when they are issued. */
#define BEGIN  INT64_C(1700000000000)
#define END    INT64_C(1731536000000)
#define ISSUED BEGIN

struct seen {
	size_t count;
	uint32_t numbers[5000];
	struct certificate_entry last; /* without its texts */
	char serial[64], subject[64], transaction_id[64];
};

static void
note(void *context, const struct certificate_entry *entry)
{
	struct seen *seen = context;

	ck_assert_uint_lt(seen->count, ROWS(seen->numbers));
	seen->numbers[seen->count++] = entry->request_id;
	seen->last = *entry;
	snprintf(seen->serial, sizeof(seen->serial), "%s", entry->serial);
	snprintf(seen->subject, sizeof(seen->subject), "%s", entry->subject);
	snprintf(seen->transaction_id, sizeof(seen->transaction_id), "%s", entry->transaction_id);
}

static void
list(struct seen *seen, struct store_page *page, struct store *store,
	const struct certificate_filter *filter, int64_t now)
{
	struct diag diag = {0};

	ASSERT_DONE(store_certificate_list(page, store, "default", filter, now, note, seen, &diag),
		&diag);
}

static void
issue(struct store *store, const char *site, uint32_t count)
{
	struct diag diag = {0};
	uint32_t number;

	for (uint32_t i = 0; i < count; i++)
		ASSERT_DONE(support_issue(&number, store, site, &diag), &diag);
}

/* Two sites in turn, so that every slice holds rows of both. */
static void
issue_in_turn(struct store *store, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		issue(store, "default", 1);
		issue(store, "other", 1);
	}
}

static const size_t limits[] = {1, 7, 100, 999, 1000};

START_TEST(gives_each_once_newest_first)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	const struct certificate_filter all = {0};
	static struct seen seen;
	char cursor[64] = "";
	uint32_t issued = _i == 0 ? 3 : 1200;

	issue_in_turn(store, issued);
	do {
		STORE_PAGE_CLEANUP struct store_page page = {
			.limit = limits[_i], .after = cursor[0] ? cursor : NULL, .count = true};
		size_t before = seen.count;

		list(&seen, &page, store, &all, BEGIN);
		ck_assert_int_eq(page.total, issued);
		ck_assert_uint_eq(page.given, seen.count - before);
		ck_assert_uint_le(page.given, limits[_i]);
		snprintf(cursor, sizeof(cursor), "%s", buffer_text(&page.next));
	} while (cursor[0]);
	ck_assert_uint_eq(seen.count, issued);
	for (uint32_t i = 0; i < issued; i++)
		ck_assert_uint_eq(seen.numbers[i], issued - i);
}
END_TEST

/* What is issued between two pages is on neither. */
START_TEST(is_not_shifted_by_new_ones)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	STORE_PAGE_CLEANUP struct store_page first = {.limit = 2}, second = {.limit = 10};
	const struct certificate_filter all = {0};
	static struct seen seen;

	issue(store, "default", 4);
	list(&seen, &first, store, &all, BEGIN);
	issue(store, "default", 3);
	second.after = buffer_text(&first.next);
	list(&seen, &second, store, &all, BEGIN);
	ck_assert_uint_eq(seen.count, 4);
	ck_assert_uint_eq(seen.numbers[3], 1);
	ck_assert_str_eq(buffer_text(&second.next), "");
}
END_TEST

START_TEST(says_all_of_a_certificate)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	STORE_PAGE_CLEANUP struct store_page page = {.limit = 1};
	const struct certificate_filter all = {0};
	static struct seen seen;
	struct diag diag = {0};
	uint8_t serial[19];

	issue(store, "default", 2);
	memset(serial, 0x61, sizeof(serial));
	memcpy(serial + 1, "\0\0\0\2", 4);
	ASSERT_DONE(store_certificate_revoke(store, "default", BYTES(serial, sizeof(serial)),
			    BEGIN + 5, REVOKED_SUPERSEDED, &diag),
		&diag);
	list(&seen, &page, store, &all, BEGIN + 9);
	ck_assert_str_eq(seen.serial, "61000000026161616161616161616161616161");
	ck_assert_str_eq(seen.subject, "CN=device-2, O=Example");
	ck_assert_str_eq(seen.transaction_id, "transaction-2");
	ck_assert_int_eq(seen.last.not_before, BEGIN);
	ck_assert_int_eq(seen.last.not_after, END);
	ck_assert_int_eq(seen.last.issued_at, ISSUED);
	ck_assert_int_eq(seen.last.state, CERTIFICATE_REVOKED);
	ck_assert_int_eq(seen.last.revoked_at, BEGIN + 5);
	ck_assert_int_eq(seen.last.reason, REVOKED_SUPERSEDED);
}
END_TEST

/* Of 12 certificates, of which number 3 is revoked. */
static const struct {
	struct certificate_filter filter;
	int64_t now;
	size_t count;
	uint32_t newest;
} filters[] = {
	{{0}, BEGIN, 12, 12},
	{{.subject = "CN=device-1*"}, BEGIN, 4, 12},
	{{.subject = "cn=DEVICE-?, o=example"}, BEGIN, 9, 9},
	{{.subject = "device"}, BEGIN, 0, 0},
	{{.serial = "61000000056161616161616161616161616161"}, BEGIN, 1, 5},
	{{.serial = "6100000005"}, BEGIN, 0, 0},
	{{.serial = "61000000056161616161616161616161616161", .subject = "CN=other"}, BEGIN, 0, 0},
	{{.transaction_id = "transaction-7"}, BEGIN, 1, 7},
	{{.transaction_id = "TRANSACTION-7"}, BEGIN, 0, 0},
	{{.state = CERTIFICATE_VALID}, END, 11, 12},
	{{.state = CERTIFICATE_REVOKED}, END, 1, 3},
	{{.state = CERTIFICATE_EXPIRED}, END, 0, 0},
	{{.state = CERTIFICATE_EXPIRED}, END + 1, 11, 12},
	{{.state = CERTIFICATE_REVOKED}, END + 1, 1, 3},
	{{.state = CERTIFICATE_REVOKED, .subject = "CN=device-1*"}, BEGIN, 0, 0},
};

START_TEST(lets_through)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	STORE_PAGE_CLEANUP struct store_page page = {.limit = 1, .count = true};
	static struct seen seen;
	struct diag diag = {0};
	uint8_t serial[19];

	issue_in_turn(store, 12);
	memset(serial, 0x61, sizeof(serial));
	memcpy(serial + 1, "\0\0\0\3", 4);
	ASSERT_DONE(store_certificate_revoke(store, "default", BYTES(serial, sizeof(serial)), BEGIN,
			    REVOKED_UNSPECIFIED, &diag),
		&diag);
	list(&seen, &page, store, &filters[_i].filter, filters[_i].now);
	ck_assert_int_eq(page.total, (int64_t)filters[_i].count);
	ck_assert_uint_eq(seen.count, filters[_i].count > 0);
	ck_assert_uint_eq(seen.numbers[0], filters[_i].newest);
	ck_assert_int_eq(page.next.size > 0, filters[_i].count > 1);
}
END_TEST

/* A fault may give a serial number twice: both are listed, and both are revoked. */
START_TEST(lists_a_serial_number_that_was_given_twice)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	STORE_PAGE_CLEANUP struct store_page page = {.limit = 10, .count = true};
	const struct certificate_filter twice[] = {
		{.state = CERTIFICATE_REVOKED}, {.serial = "6101"}};
	struct bytes serial = BYTES("\x61\x01", 2);
	static struct seen seen;
	struct diag diag = {0};

	for (uint32_t number = 1; number <= 2; number++) {
		CERTIFICATE_CLEANUP struct certificate certificate = {0};
		struct transaction_record record = {.request_id = number};

		support_certificate(&certificate, number, serial);
		ASSERT_DONE(store_issue(store, "default", &certificate, number == 1 ? "a" : "b",
				    &record, BEGIN, &diag),
			&diag);
	}
	ASSERT_DONE(store_certificate_revoke(
			    store, "default", serial, BEGIN, REVOKED_CERTIFICATE_HOLD, &diag),
		&diag);
	for (size_t i = 0; i < ROWS(twice); i++) {
		list(&seen, &page, store, &twice[i], BEGIN);
		ck_assert_int_eq(page.total, 2);
	}
	ASSERT_DONE(store_certificate_unrevoke(store, "default", serial, &diag), &diag);
	list(&seen, &page, store, &twice[0], BEGIN);
	ck_assert_int_eq(page.total, 0);
}
END_TEST

static const struct {
	struct store_page page;
	struct certificate_filter filter;
	const char *found;
} refused[] = {
	{{.limit = 0}, {0}, "0"},
	{{.limit = 1001}, {0}, "1001"},
	{{.limit = 1, .after = ""}, {0}, "\"\""},
	{{.limit = 1, .after = "12x"}, {0}, "\"12x\""},
	{{.limit = 1, .after = "-1"}, {0}, "\"-1\""},
	{{.limit = 1, .after = "99999999999999999999"}, {0}, "\"99999999999999999999\""},
	{{.limit = 1}, {.subject = "CN=[ab]"}, NULL},
};

START_TEST(refuses)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct store_page page = refused[_i].page;
	static struct seen seen;
	struct diag diag = {0};

	ck_assert_int_eq(store_certificate_list(&page, store, "default", &refused[_i].filter, BEGIN,
				 note, &seen, &diag),
		REFUSED);
	if (refused[_i].found)
		ck_assert_str_eq(diag.found, refused[_i].found);
	ck_assert_uint_eq(seen.count, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_certificate_list");
	TCase *cases = tcase_create("store_certificate_list");

	tcase_add_loop_test(cases, gives_each_once_newest_first, 0, ROWS(limits));
	tcase_add_test(cases, is_not_shifted_by_new_ones);
	tcase_add_test(cases, says_all_of_a_certificate);
	tcase_add_loop_test(cases, lets_through, 0, ROWS(filters));
	tcase_add_test(cases, lists_a_serial_number_that_was_given_twice);
	tcase_add_loop_test(cases, refuses, 0, ROWS(refused));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
