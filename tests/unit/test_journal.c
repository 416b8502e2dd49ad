/* The journal's file, disks that fail, who is told, and what outlives the process. */
#include <check.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"
#include "journal_support.h"
#include "server/journal_query.h"
#include "server/store.h"
#include "temporary_directory.h"
#include "tests/run_suite.h"

static struct exchange_support support;
static char *directory;

static void
setup(void)
{
	exchange_support_init(&support);
	directory = temporary_directory_new();
}

static void
teardown(void)
{
	temporary_directory_remove(directory);
	exchange_support_done(&support);
}

/* Opens a journal that writes to a folder (NULL: no file) and keeps what happens in memory. */
static int
open_journal(struct journal **out, const char *folder, struct diag *diag)
{
	const struct journal_plan plan = {.directory = folder, .exchanges = 100, .bytes = 1 << 20};

	return journal_open(out, &plan, diag);
}

START_TEST(appends_lines_to_its_file)
{
	struct journal *journal = NULL;
	TEXT_CLEANUP char *content = NULL;
	char *line, *rest;
	unsigned count = 0;

	for (unsigned start = 0; start < 2; start++) {
		ck_assert_int_eq(open_journal(&journal, directory, NULL), DONE);
		for (unsigned i = 0; i < 2; i++) {
			journal_support_put(journal, &support, 2 * start + i + 1);
		}
		journal_close(journal);
	}
	content = temporary_directory_read(directory, "journal.jsonl");
	rest = content;
	while ((line = strsep(&rest, "\n")) && rest) {
		json_t *value = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		ck_assert_int_eq(json_integer_value(json_object_get(value, "exchange")), ++count);
		json_decref(value);
	}
	ck_assert_uint_eq(count, 4);
}
END_TEST

START_TEST(refuses_a_folder_that_cannot_be)
{
	char words[DIAG_TEXT_SIZE];
	struct journal *journal = NULL;
	struct diag diag = {0};

	ck_assert_int_eq(open_journal(&journal, "/dev/null/logs", &diag), REFUSED);
	ck_assert_ptr_null(journal);
	ck_assert_ptr_nonnull(strstr(diag_text(words, &diag), "/dev/null/logs: Not a directory"));
}
END_TEST

START_TEST(tells_a_failing_disk_once)
{
	TEXT_CLEANUP char *path = text_format("%s/journal.jsonl", directory);
	struct journal *journal = NULL;
	struct diag diag = {0};

	ck_assert_int_eq(symlink("/dev/full", path), 0);
	ck_assert_int_eq(open_journal(&journal, directory, NULL), DONE);
	ck_assert_int_eq(journal_write(journal, &support.exchange, &diag), BROKEN);
	ck_assert_ptr_nonnull(strstr(diag.found, "No space left"));
	journal_record_release(support.exchange.record);
	support.exchange.record = NULL;
	journal_support_end(journal, &support, 17);
	journal_close(journal);
}
END_TEST

/* What this program failed at is told to its operator even where he wants no lines. */
START_TEST(prints_failures_when_quiet)
{
	struct journal *journal = NULL;
	char line[4096] = "";
	int pipe_ends[2];

	ck_assert_int_eq(pipe(pipe_ends), 0);
	ck_assert_int_eq(dup2(pipe_ends[1], STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(open_journal(&journal, NULL, NULL), DONE);
	journal_support_put(journal, &support, 17);
	support.exchange.broke = true;
	diag_break(&support.exchange.diag, "store", "the disk is full");
	journal_support_put(journal, &support, 17);
	journal_close(journal);
	ck_assert_int_gt(read(pipe_ends[0], line, sizeof(line) - 1), 0);
	ck_assert_str_eq(line,
		"23:59:58.747 #17 GET GetCACaps -> 200 "
		"(our failure: store: the disk is full) 3 ms\n");
}
END_TEST

/* --- in memory ---------------------------------------------------------------------- */

START_TEST(has_one_object_for_file_and_memory)
{
	TEXT_CLEANUP char *content = NULL, *line = NULL;
	struct journal *journal = NULL;
	struct journal_record *record;
	struct bytes entry;

	ck_assert_int_eq(open_journal(&journal, directory, NULL), DONE);
	journal_support_arrive(journal, &support, 17);
	record = journal_ring_hold(journal_ring(journal), 17);
	ck_assert(!journal_record_is_complete(record));
	journal_support_end(journal, &support, 17);
	ck_assert(journal_record_is_complete(record));
	entry = journal_record_entry(record);
	content = temporary_directory_read(directory, "journal.jsonl");
	line = text_format("%.*s\n", (int)entry.size, (const char *)entry.data);
	ck_assert_str_eq(content, line);
	journal_record_release(record);
	journal_close(journal);
}
END_TEST

START_TEST(takes_in_what_was_never_understood)
{
	struct journal *journal = journal_support_open(10, 0);
	struct journal_record *record;

	support.http.end = HTTP_END_CLIENT_LEFT;
	support.http.response.from = RESPONSE_FROM_NOBODY;
	journal_support_end(journal, &support, 17);
	record = journal_ring_hold(journal_ring(journal), 17);
	ck_assert(journal_record_is_complete(record));
	ck_assert_uint_eq(journal_record_arrival(record), journal_record_completion(record));
	journal_support_assert_field(record, JOURNAL_END, "client-left");
	journal_record_release(record);
	journal_close(journal);
}
END_TEST

static void
count_call(void *context)
{
	(*(unsigned *)context)++;
}

START_TEST(tells_who_watches)
{
	struct journal *journal = journal_support_open(10, 0);
	unsigned calls = 0;

	journal_watch(journal);
	journal_support_put(journal, &support, 1);
	journal_set_notify(journal, count_call, &calls);
	journal_support_arrive(journal, &support, 2);
	ck_assert_uint_eq(calls, 1);
	journal_watch(journal);
	journal_support_end(journal, &support, 2);
	ck_assert_uint_eq(calls, 2);
	journal_unwatch(journal);
	journal_clear(journal, NULL);
	ck_assert_uint_eq(calls, 3);
	journal_unwatch(journal);
	journal_support_put(journal, &support, 3);
	ck_assert_uint_eq(calls, 3);
	journal_close(journal);
}
END_TEST

START_TEST(forgets_for_good)
{
	struct journal *journal = journal_support_open(10, 0);

	journal_support_arrive(journal, &support, 1);
	journal_clear(journal, NULL);
	journal_support_end(journal, &support, 1);
	ck_assert_uint_eq(journal_count(journal, NULL, JOURNAL_AT_ARRIVAL, 0), 0);
	/* It had not arrived when it was cleared, so it is new. */
	journal_support_put(journal, &support, 2);
	ck_assert_uint_eq(journal_count(journal, NULL, JOURNAL_AT_COMPLETION, 0), 1);
	journal_close(journal);
}
END_TEST

/* --- over a restart ----------------------------------------------------------------- */

static void
open_with_store(struct journal **out, struct store **store, size_t exchanges)
{
	struct journal_plan plan = {.exchanges = exchanges, .bytes = 1 << 20};

	ck_assert_int_eq(store_open(&plan.store, directory, NULL), DONE);
	ck_assert_int_eq(journal_open(out, &plan, NULL), DONE);
	*store = plan.store;
}

static void
close_with_store(struct journal *journal, struct store *store)
{
	journal_close(journal);
	store_close(store);
}

/* Fails unless the journal has these exchanges and no others, oldest first, ended by 0. */
static void
assert_exchanges(struct journal *journal, const uint64_t *numbers)
{
	size_t count = 0;

	for (; numbers[count]; count++) {
		struct journal_record *record =
			journal_ring_hold(journal_ring(journal), numbers[count]);

		ck_assert_msg(
			record != NULL, "no exchange %llu", (unsigned long long)numbers[count]);
		ck_assert(journal_record_is_complete(record));
		journal_record_release(record);
	}
	ck_assert_uint_eq(journal_ring_totals(journal_ring(journal)).exchanges, count);
}

#define EXCHANGES(...) ((const uint64_t[]){__VA_ARGS__, 0})

START_TEST(comes_back_after_a_restart)
{
	static char name[] = "lab";
	struct journal *journal;
	struct store *store;

	open_with_store(&journal, &store, 300);
	ck_assert_uint_eq(journal_highest(journal), 0);
	for (uint64_t i = 1; i <= 301; i++) /* more than two batches */
		journal_support_put(journal, &support, i);
	support.site.name = name;
	journal_support_put(journal, &support, 302);
	ck_assert_uint_eq(journal_unsaved(journal), 0);
	close_with_store(journal, store);

	open_with_store(&journal, &store, 300);
	ck_assert_uint_eq(journal_highest(journal), 302);
	ck_assert_uint_eq(journal_count(journal, NULL, JOURNAL_AT_COMPLETION, 0), 300);
	ck_assert_ptr_null(journal_ring_hold(journal_ring(journal), 2));
	journal_clear(journal, "default");
	assert_exchanges(journal, EXCHANGES(302));
	journal_support_put(journal, &support, 303);
	close_with_store(journal, store);

	open_with_store(&journal, &store, 300);
	assert_exchanges(journal, EXCHANGES(302, 303));
	journal_clear(journal, NULL);
	close_with_store(journal, store);

	open_with_store(&journal, &store, 300);
	ck_assert_uint_eq(journal_ring_totals(journal_ring(journal)).exchanges, 0);
	ck_assert_uint_eq(journal_highest(journal), 303);
	close_with_store(journal, store);
}
END_TEST

/* What waits to be written when it is cleared is not written. */
START_TEST(clears_what_waits)
{
	static char name[] = "lab";
	struct journal *journal;
	struct store *store;

	open_with_store(&journal, &store, 100);
	journal_support_put(journal, &support, 1);
	support.site.name = name;
	journal_support_put(journal, &support, 2);
	journal_support_arrive(journal, &support, 3);
	journal_clear(journal, "lab");
	journal_support_end(journal, &support, 3);
	journal_support_put(journal, &support, 4);
	close_with_store(journal, store);
	open_with_store(&journal, &store, 100);
	assert_exchanges(journal, EXCHANGES(1, 4));
	close_with_store(journal, store);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("journal");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, appends_lines_to_its_file);
	tcase_add_test(all, refuses_a_folder_that_cannot_be);
	tcase_add_test(all, tells_a_failing_disk_once);
	tcase_add_test(all, prints_failures_when_quiet);
	tcase_add_test(all, has_one_object_for_file_and_memory);
	tcase_add_test(all, takes_in_what_was_never_understood);
	tcase_add_test(all, tells_who_watches);
	tcase_add_test(all, forgets_for_good);
	tcase_add_test(all, comes_back_after_a_restart);
	tcase_add_test(all, clears_what_waits);
	return run_suite(suite);
}
