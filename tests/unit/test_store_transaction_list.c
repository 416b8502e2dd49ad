/* Transactions page by page, and what became of each. */
#include <stdio.h>
#include <string.h>

#include "store_support.h"
#include "tests/run_suite.h"

#define NOW INT64_C(1700000000000)

/* One line for each entry. */
static void
note(void *context, const struct transaction_entry *entry)
{
	buffer_append_format(context, "%s %d %u %u %d %08x %lld %lld %s\n", entry->transaction_id,
		entry->status, entry->request_id, entry->polls, entry->fail_info,
		(unsigned)entry->error, (long long)(entry->changed_at - NOW),
		(long long)(entry->approved_at ? entry->approved_at - NOW : -1), entry->serial);
}

/* Three that pend (the last of them approved), one that failed, one issued; and one of another site. */
static void
prepare(struct store *store)
{
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	struct transaction_record pending = {.status = SCEP_STATUS_PENDING, .request_id = 1};
	struct transaction_record failed = {.status = SCEP_STATUS_FAILURE,
		.request_id = 4,
		.fail_info = SCEP_FAIL_BAD_REQUEST,
		.error = (int32_t)0x80094800};
	struct transaction_record issued = {.request_id = 5};
	struct diag diag = {0};
	unsigned polls;
	bool approved;

	for (; pending.request_id <= 3; pending.request_id++) {
		char name[] = {'p', (char)('0' + pending.request_id), '\0'};

		ASSERT_DONE(
			store_transaction_put(store, "default", name, &pending, NOW, &diag), &diag);
	}
	ASSERT_DONE(store_transaction_put(store, "other", "o", &pending, NOW, &diag), &diag);
	ASSERT_DONE(
		store_transaction_poll(&polls, &approved, store, "default", "p2", &diag), &diag);
	ck_assert(!approved);
	ASSERT_DONE(store_transaction_approve(store, "default", "p3", NOW + 7, &diag), &diag);
	ASSERT_DONE(store_transaction_put(store, "default", "f", &failed, NOW + 1, &diag), &diag);
	support_certificate(&certificate, 5, BYTES("\x61\xaf\x05", 3));
	ASSERT_DONE(
		store_issue(store, "default", &certificate, "i", &issued, NOW + 2, &diag), &diag);
}

#define P1 "p1 3 1 0 0 00000000 0 -1 \n"
#define P2 "p2 3 2 1 0 00000000 0 -1 \n"
#define P3 "p3 3 3 0 0 00000000 0 7 \n"
#define F  "f 2 4 0 2 80094800 1 -1 \n"
#define I  "i 0 5 0 0 00000000 2 -1 61af05\n"

static const struct {
	struct transaction_filter filter;
	const char *lines;
} filters[] = {
	{{0}, I F P3 P2 P1},
	{{.has_status = true, .status = SCEP_STATUS_SUCCESS}, I},
	{{.has_status = true, .status = SCEP_STATUS_FAILURE}, F},
	{{.has_status = true, .status = SCEP_STATUS_PENDING}, P3 P2 P1},
	{{.transaction_id = "p2"}, P2},
	{{.transaction_id = "P2"}, ""},
	{{.transaction_id = "o"}, ""},
	{{.transaction_id = "p2", .has_status = true, .status = SCEP_STATUS_FAILURE}, ""},
};

START_TEST(lists)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	BUFFER_CLEANUP struct buffer lines = {0}, cursor = {0};
	struct diag diag = {0};
	int64_t total = 0;

	prepare(store);
	do {
		STORE_PAGE_CLEANUP struct store_page page = {.limit = 2,
			.after = cursor.size ? buffer_text(&cursor) : NULL,
			.count = true};

		ASSERT_DONE(store_transaction_list(&page, store, "default", &filters[_i].filter,
				    note, &lines, &diag),
			&diag);
		total = page.total;
		buffer_clear(&cursor);
		buffer_append(&cursor, buffer_bytes(&page.next));
	} while (cursor.size);
	ck_assert_str_eq(buffer_text(&lines), filters[_i].lines);
	for (const char *next = filters[_i].lines; *next; next++)
		total -= *next == '\n';
	ck_assert_int_eq(total, 0);
}
END_TEST

/* --- a certificate manager's word ------------------------------------------------------ */

START_TEST(approves_until_it_ends)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct transaction_record anew = {.status = SCEP_STATUS_PENDING, .request_id = 9};
	struct diag diag = {0};
	unsigned polls;
	bool approved;

	prepare(store);
	/* Twice is as once. */
	ASSERT_DONE(store_transaction_approve(store, "default", "p3", NOW + 8, &diag), &diag);
	ASSERT_DONE(
		store_transaction_poll(&polls, &approved, store, "default", "p3", &diag), &diag);
	ck_assert(approved);
	/* What was said of a request does not hold for the one that takes its place. */
	ASSERT_DONE(store_transaction_put(store, "default", "p3", &anew, NOW, &diag), &diag);
	ASSERT_DONE(
		store_transaction_poll(&polls, &approved, store, "default", "p3", &diag), &diag);
	ck_assert(!approved);
}
END_TEST

START_TEST(denies)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	TRANSACTION_RECORD_CLEANUP struct transaction_record found = {0};
	struct transaction_record issued = {.request_id = 3, .polls = 1};
	struct diag diag = {0};

	prepare(store);
	ASSERT_DONE(store_transaction_deny(store, "default", "p3", SCEP_FAIL_BAD_REQUEST,
			    (int32_t)0x80094014, NOW + 9, &diag),
		&diag);
	ASSERT_DONE(store_transaction_find(&found, store, "default", "p3", &diag), &diag);
	ck_assert_int_eq(found.status, SCEP_STATUS_FAILURE);
	ck_assert_int_eq(found.error, (int32_t)0x80094014);
	ck_assert_int_eq(found.fail_info, SCEP_FAIL_BAD_REQUEST);
	/* A poll that was approved just before comes too late. */
	support_certificate(&certificate, 9, BYTES("\x61\xaf\x09", 3));
	ck_assert_int_eq(
		store_issue(store, "default", &certificate, "p3", &issued, NOW, &diag), REFUSED);
}
END_TEST

static const struct {
	const char *transaction_id;
	const char *found;
} ended[] = {
	{"f", "\"f\", which has ended with FAILURE"},
	{"i", "\"i\", which has ended with SUCCESS"},
	{"o", "\"o\""},
};

START_TEST(decides_nothing_that_has_ended)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	const char *id = ended[_i].transaction_id;
	struct diag diag = {0};

	prepare(store);
	ck_assert_int_eq(store_transaction_approve(store, "default", id, NOW, &diag), REFUSED);
	ck_assert_str_eq(diag.found, ended[_i].found);
	diag = (struct diag){0};
	ck_assert_int_eq(
		store_transaction_deny(store, "default", id, SCEP_FAIL_BAD_REQUEST, 1, NOW, &diag),
		REFUSED);
	ck_assert_str_eq(diag.found, ended[_i].found);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_transaction_list");
	TCase *cases = tcase_create("store_transaction_list");

	tcase_add_loop_test(cases, lists, 0, ROWS(filters));
	tcase_add_test(cases, approves_until_it_ends);
	tcase_add_test(cases, denies);
	tcase_add_loop_test(cases, decides_nothing_that_has_ended, 0, ROWS(ended));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
