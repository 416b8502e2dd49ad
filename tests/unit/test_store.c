/*
 * The store: certificates, transactions and request numbers, in memory and in a
 * directory; what is refused there; and what is left when the process is
 * killed.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/memory.h"
#include "store_support.h"
#include "tests/run_suite.h"

#define NOW     INT64_C(1700000000000)
#define THREADS 50

/* SQLite's. */
#define PAGE_SIZE 4096

static char *
state_path(const char *directory, const char *suffix)
{
	return text_format("%s/mock-ndes.sqlite%s", directory, suffix);
}

/* --- certificates and transactions ------------------------------------------ */

static void
assert_issued(struct store *store, uint32_t number)
{
	uint8_t serial[19];
	struct certificate_record found;
	struct diag diag = {0};

	memset(serial, 0x61, sizeof(serial));
	for (int i = 0; i < 4; i++)
		serial[1 + i] = (uint8_t)(number >> (24 - 8 * i));
	ASSERT_DONE(store_certificate_find(
			    &found, store, "default", BYTES(serial, sizeof(serial)), &diag),
		&diag);
	ck_assert_uint_eq(found.request_id, number);
	ck_assert_int_eq(memcmp(found.der.data, serial, sizeof(serial)), 0);
	certificate_record_done(&found);
}

START_TEST(finds_what_was_issued)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	struct transaction_record record = {.request_id = 7, .polls = 2}, ended;
	struct certificate_record found;
	struct diag diag = {0};

	support_certificate(&certificate, 7, BYTES("\x61\x00\x07", 3));
	buffer_append_text(&record.csr, "the request");
	ASSERT_DONE(store_issue(store, "default", &certificate, "t-7", &record, NOW, &diag), &diag);
	transaction_record_done(&record);

	ASSERT_DONE(
		store_certificate_find(&found, store, "default", certificate.serial, &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&found.der), buffer_bytes(&certificate.der)));
	ck_assert_uint_eq(found.request_id, 7);
	ck_assert_int_eq(found.revoked_at, 0);
	certificate_record_done(&found);

	ASSERT_DONE(store_transaction_find(&ended, store, "default", "t-7", &diag), &diag);
	ck_assert_int_eq(ended.status, SCEP_STATUS_SUCCESS);
	ck_assert_uint_eq(ended.request_id, 7);
	ck_assert_uint_eq(ended.polls, 2);
	ck_assert(bytes_equal(buffer_bytes(&ended.csr), bytes_text("the request")));
	ck_assert(bytes_equal(buffer_bytes(&ended.certificate), buffer_bytes(&certificate.der)));
	transaction_record_done(&ended);

	ck_assert_int_eq(
		store_certificate_find(&found, store, "other", certificate.serial, &diag), REFUSED);
	ck_assert_int_eq(
		store_certificate_find(&found, store, "default", BYTES("\x61\x00\x08", 3), &diag),
		REFUSED);
	ck_assert_str_eq(diag.found, "serial number 610008");
	ck_assert_int_eq(store_transaction_find(&ended, store, "default", "t-8", &diag), REFUSED);
	ck_assert_int_eq(store_transaction_find(&ended, store, "other", "t-7", &diag), REFUSED);
}
END_TEST

/* Each is on record as itself; by the serial number the latest is found. */
START_TEST(keeps_both_certificates_of_one_serial)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	CERTIFICATE_CLEANUP struct certificate first = {0}, second = {0};
	BUFFER_CLEANUP struct buffer serial = {0};
	struct transaction_record ended, one = {.request_id = 1}, two = {.request_id = 2};
	struct certificate_record found;
	struct diag diag = {0};

	ck_assert_int_eq(
		store_certificate_latest_serial(&serial, store, "default", &diag), REFUSED);
	support_certificate(&first, 1, BYTES("\x61\x01", 2));
	support_certificate(&second, 2, BYTES("\x61\x01", 2));
	ASSERT_DONE(store_issue(store, "default", &first, "first", &one, NOW, &diag), &diag);
	ASSERT_DONE(store_certificate_latest_serial(&serial, store, "default", &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&serial), first.serial));
	ASSERT_DONE(store_issue(store, "default", &second, "second", &two, NOW, &diag), &diag);
	ASSERT_DONE(store_certificate_find(&found, store, "default", first.serial, &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&found.der), buffer_bytes(&second.der)));
	ck_assert_uint_eq(found.request_id, 2);
	certificate_record_done(&found);
	ASSERT_DONE(store_transaction_find(&ended, store, "default", "first", &diag), &diag);
	ck_assert_uint_eq(ended.request_id, 1);
	ck_assert(bytes_equal(buffer_bytes(&ended.certificate), buffer_bytes(&first.der)));
	transaction_record_done(&ended);
}
END_TEST

/* However two exchanges would end a request that both have polled, the first one is right. */
START_TEST(ends_a_polled_transaction_once)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	CERTIFICATE_CLEANUP struct certificate first = {0}, second = {0};
	struct transaction_record pending = {.status = SCEP_STATUS_PENDING, .request_id = 3}, found;
	struct transaction_record issued = {.request_id = 3, .polls = 2};
	struct transaction_record failed = {
		.status = SCEP_STATUS_FAILURE, .request_id = 3, .polls = 1};
	struct transaction_record anew = {.status = SCEP_STATUS_PENDING, .request_id = 4};
	struct certificate_record certificate;
	struct diag diag = {0};

	support_certificate(&first, 1, BYTES("\x61\x01", 2));
	support_certificate(&second, 2, BYTES("\x61\x02", 2));
	ASSERT_DONE(store_transaction_put(store, "default", "t", &pending, NOW, &diag), &diag);
	ASSERT_DONE(store_issue(store, "default", &first, "t", &issued, NOW, &diag), &diag);
	ck_assert_int_eq(store_issue(store, "default", &second, "t", &issued, NOW, &diag), REFUSED);
	ck_assert_str_eq(diag.found, "\"t\", whose request number 3 has ended");
	ck_assert_int_eq(
		store_certificate_find(&certificate, store, "default", second.serial, NULL),
		REFUSED);
	ck_assert_int_eq(store_transaction_put(store, "default", "t", &failed, NOW, NULL), REFUSED);
	ASSERT_DONE(store_transaction_find(&found, store, "default", "t", &diag), &diag);
	ck_assert_int_eq(found.status, SCEP_STATUS_SUCCESS);
	ck_assert(bytes_equal(buffer_bytes(&found.certificate), buffer_bytes(&first.der)));
	transaction_record_done(&found);

	/* A new request takes its place, and is not ended by what was said of the old one. */
	ASSERT_DONE(store_transaction_put(store, "default", "t", &anew, NOW, &diag), &diag);
	ck_assert_int_eq(store_issue(store, "default", &second, "t", &issued, NOW, NULL), REFUSED);
	ck_assert_int_eq(store_transaction_put(store, "default", "t", &failed, NOW, NULL), REFUSED);
	ASSERT_DONE(store_transaction_find(&found, store, "default", "t", &diag), &diag);
	ck_assert_int_eq(found.status, SCEP_STATUS_PENDING);
	ck_assert_uint_eq(found.request_id, 4);
	transaction_record_done(&found);
	anew.polls = 1;
	ASSERT_DONE(store_issue(store, "default", &second, "t", &anew, NOW, &diag), &diag);
}
END_TEST

START_TEST(keeps_pending_transactions)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	struct transaction_record record = {.status = SCEP_STATUS_PENDING, .request_id = 3}, found;
	struct diag diag = {0};
	unsigned polls;
	bool approved;

	buffer_append_text(&record.csr, "the request");
	ASSERT_DONE(store_transaction_put(store, "default", "t", &record, NOW, &diag), &diag);
	for (unsigned i = 1; i <= 3; i++) {
		ASSERT_DONE(store_transaction_poll(&polls, &approved, store, "default", "t", &diag),
			&diag);
		ck_assert_uint_eq(polls, i);
	}
	ASSERT_DONE(store_transaction_find(&found, store, "default", "t", &diag), &diag);
	ck_assert_int_eq(found.status, SCEP_STATUS_PENDING);
	ck_assert_uint_eq(found.polls, 3);
	ck_assert(bytes_equal(buffer_bytes(&found.csr), bytes_text("the request")));
	ck_assert_uint_eq(found.certificate.size, 0);

	support_certificate(&certificate, 3, BYTES("\x61\x03", 2));
	buffer_done(&found.csr);
	ASSERT_DONE(store_issue(store, "default", &certificate, "t", &found, NOW, &diag), &diag);
	transaction_record_done(&found);
	ck_assert_int_eq(
		store_transaction_poll(&polls, &approved, store, "default", "t", &diag), REFUSED);
	ASSERT_DONE(store_transaction_find(&found, store, "default", "t", &diag), &diag);
	ck_assert_int_eq(found.status, SCEP_STATUS_SUCCESS);
	ck_assert_uint_eq(found.polls, 3);
	ck_assert_uint_eq(found.csr.size, 0);
	transaction_record_done(&found);
	transaction_record_done(&record);
}
END_TEST

/* A client may begin anew with the same transactionID. */
START_TEST(replaces_a_transaction)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct transaction_record first = {.status = SCEP_STATUS_PENDING,
					  .request_id = 3,
					  .polls = 7},
				  second = {.status = SCEP_STATUS_PENDING, .request_id = 4}, found;
	struct diag diag = {0};

	buffer_append_text(&first.csr, "the first request");
	buffer_append_text(&second.csr, "the second request");
	ASSERT_DONE(store_transaction_put(store, "default", "t", &first, NOW, &diag), &diag);
	ASSERT_DONE(store_transaction_put(store, "default", "t", &second, NOW, &diag), &diag);
	ASSERT_DONE(store_transaction_find(&found, store, "default", "t", &diag), &diag);
	ck_assert_uint_eq(found.request_id, 4);
	ck_assert_uint_eq(found.polls, 0);
	ck_assert(bytes_equal(buffer_bytes(&found.csr), buffer_bytes(&second.csr)));
	transaction_record_done(&found);
	transaction_record_done(&first);
	transaction_record_done(&second);
}
END_TEST

START_TEST(keeps_refused_transactions)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct transaction_record record = {.status = SCEP_STATUS_FAILURE,
		.request_id = 4,
		.fail_info = SCEP_FAIL_BAD_REQUEST,
		.error = (int32_t)0x80094800};
	struct transaction_record found;
	struct diag diag = {0};
	unsigned polls;
	bool approved;

	ASSERT_DONE(store_transaction_put(store, "default", "t", &record, NOW, &diag), &diag);
	ASSERT_DONE(store_transaction_find(&found, store, "default", "t", &diag), &diag);
	ck_assert_int_eq(found.status, SCEP_STATUS_FAILURE);
	ck_assert_int_eq(found.fail_info, SCEP_FAIL_BAD_REQUEST);
	ck_assert_int_eq(found.error, (int32_t)0x80094800);
	transaction_record_done(&found);
	ck_assert_int_eq(
		store_transaction_poll(&polls, &approved, store, "default", "t", &diag), REFUSED);
}
END_TEST

/* --- revocation ---------------------------------------------------------------- */

struct revoked {
	unsigned count;
	uint8_t last_octet[4];
	int64_t at[4];
	enum crl_reason reason[4];
};

static void
note_revoked(void *context, const struct crl_entry *entry)
{
	struct revoked *revoked = context;

	ck_assert_uint_lt(revoked->count, 4);
	ck_assert_uint_eq(entry->serial.size, 3);
	revoked->last_octet[revoked->count] = entry->serial.data[2];
	revoked->at[revoked->count] = entry->revoked_at;
	revoked->reason[revoked->count++] = entry->reason;
}

START_TEST(lists_revoked_certificates_oldest_first)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct revoked revoked = {0};
	struct diag diag = {0};

	for (uint32_t i = 1; i <= 3; i++) {
		CERTIFICATE_CLEANUP struct certificate certificate = {0};
		struct transaction_record record = {.request_id = i};
		uint8_t serial[] = {0x61, 0xaf, (uint8_t)i};

		support_certificate(&certificate, i, BYTES(serial, 3));
		ASSERT_DONE(store_issue(store, "default", &certificate, i == 1 ? "a" : "b", &record,
				    NOW, &diag),
			&diag);
	}
	ASSERT_DONE(store_certificate_revoke(store, "default", BYTES("\x61\xaf\x03", 3), NOW + 1000,
			    REVOKED_SUPERSEDED, &diag),
		&diag);
	ASSERT_DONE(store_certificate_revoke(store, "default", BYTES("\x61\xaf\x01", 3), NOW + 5000,
			    REVOKED_KEY_COMPROMISE, &diag),
		&diag);
	ck_assert_int_eq(store_certificate_revoke(store, "other", BYTES("\x61\xaf\x02", 3), NOW,
				 REVOKED_UNSPECIFIED, &diag),
		REFUSED);
	/* Revoked again: the date stays. */
	ASSERT_DONE(store_certificate_revoke(store, "default", BYTES("\x61\xaf\x03", 3), NOW + 9000,
			    REVOKED_CERTIFICATE_HOLD, &diag),
		&diag);
	ASSERT_DONE(store_certificate_each_revoked(store, "default", note_revoked, &revoked, &diag),
		&diag);
	ck_assert_uint_eq(revoked.count, 2);
	ck_assert_uint_eq(revoked.last_octet[0], 3);
	ck_assert_int_eq(revoked.at[0], NOW / 1000 + 1);
	ck_assert_int_eq(revoked.reason[0], REVOKED_CERTIFICATE_HOLD);
	ck_assert_uint_eq(revoked.last_octet[1], 1);
	ck_assert_int_eq(revoked.reason[1], REVOKED_KEY_COMPROMISE);
}
END_TEST

/* A CRL speaks of serial numbers: it names each once, and means every certificate that has it. */
START_TEST(revokes_all_certificates_of_one_serial)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct bytes serial = BYTES("\x61\xaf\x01", 3);
	struct certificate_record found;
	struct revoked revoked = {0};
	struct diag diag = {0};

	for (uint32_t i = 1; i <= 4; i++) {
		CERTIFICATE_CLEANUP struct certificate certificate = {0};
		struct transaction_record record = {.request_id = i};

		support_certificate(&certificate, i, serial);
		ASSERT_DONE(store_issue(store, "default", &certificate, "a", &record, NOW, &diag),
			&diag);
		/* The third and the fourth are born under a revoked number. */
		if (i == 2)
			ASSERT_DONE(store_certificate_revoke(store, "default", serial, NOW + 1000,
					    REVOKED_SUPERSEDED, &diag),
				&diag);
	}
	ASSERT_DONE(store_certificate_find(&found, store, "default", serial, &diag), &diag);
	ck_assert_uint_eq(found.request_id, 4);
	ck_assert_int_eq(found.revoked_at, NOW + 1000);
	certificate_record_done(&found);
	ASSERT_DONE(store_certificate_each_revoked(store, "default", note_revoked, &revoked, &diag),
		&diag);
	ck_assert_uint_eq(revoked.count, 1);
	ck_assert_int_eq(revoked.at[0], NOW / 1000 + 1);
}
END_TEST

/* --- request numbers -------------------------------------------------------------- */

struct drawer {
	struct store *store;
	uint32_t numbers[20];
	bool failed;
};

static void *
draw_numbers(void *context)
{
	struct drawer *drawer = context;

	for (size_t i = 0; i < ROWS(drawer->numbers); i++)
		if (store_next_request_id(&drawer->numbers[i], drawer->store, "default", NULL))
			drawer->failed = true;
	return NULL;
}

/* 50 threads draw 20 numbers each: 1 to 1000, each once. */
START_TEST(gives_no_request_number_twice)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	static struct drawer drawers[THREADS];
	bool seen[THREADS * ROWS(drawers[0].numbers) + 1] = {false};
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		drawers[i] = (struct drawer){.store = store};
		ck_assert_int_eq(pthread_create(&threads[i], NULL, draw_numbers, &drawers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		ck_assert(!drawers[i].failed);
	}
	for (size_t i = 0; i < THREADS; i++) {
		for (size_t k = 0; k < ROWS(drawers[i].numbers); k++) {
			uint32_t number = drawers[i].numbers[k];

			ck_assert_uint_ge(number, 1);
			ck_assert_uint_lt(number, ROWS(seen));
			ck_assert_msg(!seen[number], "number %u was given twice", number);
			seen[number] = true;
		}
	}
}
END_TEST

START_TEST(counts_each_site_by_itself)
{
	STORE_CLEANUP struct store *store = support_open(NULL);
	struct diag diag = {0};
	uint32_t number;

	ASSERT_DONE(store_next_request_id(&number, store, "one", &diag), &diag);
	ASSERT_DONE(store_next_request_id(&number, store, "one", &diag), &diag);
	ck_assert_uint_eq(number, 2);
	ASSERT_DONE(store_next_request_id(&number, store, "two", &diag), &diag);
	ck_assert_uint_eq(number, 1);
}
END_TEST

START_TEST(keeps_stores_in_memory_apart)
{
	STORE_CLEANUP struct store *store = support_open(NULL), *other = support_open(NULL);
	struct diag diag = {0};
	uint32_t number;

	ASSERT_DONE(store_next_request_id(&number, store, "default", &diag), &diag);
	ASSERT_DONE(store_next_request_id(&number, other, "default", &diag), &diag);
	ck_assert_uint_eq(number, 1);
}
END_TEST

/* --- in a directory ------------------------------------------------------------------ */

static unsigned
mode_of(const char *path)
{
	struct stat status;

	ck_assert_msg(stat(path, &status) == 0, "%s is not there", path);
	return status.st_mode & 0777;
}

START_TEST(makes_private_files)
{
	DIRECTORY_CLEANUP char *parent = temporary_directory_new();
	TEXT_CLEANUP char *directory = text_format("%s/state", parent);
	TEXT_CLEANUP char *file = state_path(directory, ""), *wal = state_path(directory, "-wal"),
			  *lock = text_format("%s/lock", directory);
	struct store *store;

	umask(0);
	store = support_open(directory);
	ck_assert_uint_eq(mode_of(directory), 0700);
	ck_assert_uint_eq(mode_of(file), 0600);
	ck_assert_uint_eq(mode_of(wal), 0600);
	ck_assert_uint_eq(mode_of(lock), 0600);
	store_close(store);
}
END_TEST

START_TEST(remembers_after_reopening)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	struct store *store = support_open(directory);
	struct transaction_record pending = {.status = SCEP_STATUS_PENDING, .request_id = 9}, found;
	struct diag diag = {0};
	uint32_t number;

	ASSERT_DONE(support_issue(&number, store, "default", &diag), &diag);
	buffer_append_text(&pending.csr, "the request");
	ASSERT_DONE(store_transaction_put(store, "default", "waits", &pending, NOW, &diag), &diag);
	transaction_record_done(&pending);
	store_close(store);

	store = support_open(directory);
	assert_issued(store, number);
	ASSERT_DONE(store_transaction_find(&found, store, "default", "waits", &diag), &diag);
	ck_assert_int_eq(found.status, SCEP_STATUS_PENDING);
	ck_assert(bytes_equal(buffer_bytes(&found.csr), bytes_text("the request")));
	transaction_record_done(&found);
	ASSERT_DONE(store_next_request_id(&number, store, "default", &diag), &diag);
	ck_assert_uint_eq(number, 2);
	store_close(store);
}
END_TEST

/* While the server has the file open, another program can read it. */
START_TEST(can_be_queried_by_people)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	STORE_CLEANUP struct store *store = support_open(directory);
	BUFFER_CLEANUP struct buffer answer = {0};
	struct diag diag = {0};
	uint32_t number;

	ASSERT_DONE(support_issue(&number, store, "default", &diag), &diag);
	support_query(&answer, directory,
		"SELECT serial, subject, request_id, transaction_id,"
		" datetime(not_after / 1000, 'unixepoch'),"
		" datetime(issued_at / 1000, 'unixepoch'), length(der) FROM certificates");
	ck_assert_str_eq(buffer_text(&answer),
		"61000000016161616161616161616161616161|CN=device-1, O=Example|1|transaction-1|"
		"2024-11-13 22:13:20|2023-11-14 22:13:20|1200");
	ASSERT_DONE(support_issue(&number, store, "default", &diag), &diag);
}
END_TEST

START_TEST(refuses_a_directory_in_use)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	struct store *store = support_open(directory), *second = NULL;
	TEXT_CLEANUP char *process = text_format("process %ld", (long)getpid());
	struct diag diag = {0};

	ck_assert_int_eq(store_open(&second, directory, &diag), REFUSED);
	ck_assert_ptr_null(second);
	ck_assert_msg(
		strstr(diag.found, "is in use by another mock-ndes") != NULL, "%s", diag.found);
	ck_assert_msg(strstr(diag.found, process) != NULL, "%s", diag.found);
	store_close(store);
	store_close(support_open(directory));
}
END_TEST

START_TEST(refuses_a_directory_it_cannot_have)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	TEXT_CLEANUP char *deep = text_format("%s/no/such", directory),
			  *file = text_format("%s/file", directory);
	struct store *store = NULL;
	struct diag diag = {0};

	ck_assert_int_eq(store_open(&store, deep, &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.found, deep));
	close(open(file, O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(store_open(&store, file, &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.found, file));
	ck_assert_ptr_null(store);
}
END_TEST

/* --- files that are not to be touched --------------------------------------------------- */

static void
read_file(struct buffer *out, const char *path)
{
	FILE *file = fopen(path, "rb");
	char part[4096];
	size_t size;

	ck_assert_ptr_nonnull(file);
	while ((size = fread(part, 1, sizeof(part), file)) > 0)
		buffer_append(out, BYTES(part, size));
	fclose(file);
}

static void
spoil_pages(const char *directory, long first, long end)
{
	TEXT_CLEANUP char *path = state_path(directory, "");
	FILE *file = fopen(path, "r+b");

	ck_assert_int_eq(fseek(file, first * PAGE_SIZE, SEEK_SET), 0);
	for (long i = 0; i < (end - first) * PAGE_SIZE; i++)
		fputc(0x5a, file);
	fclose(file);
}

static void
spoil_page(const char *directory)
{
	spoil_pages(directory, 3, 4);
}

static void
cut_file(const char *directory)
{
	TEXT_CLEANUP char *path = state_path(directory, "");
	struct stat status;

	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(truncate(path, status.st_size / 2), 0);
}

static void
write_letter(const char *directory)
{
	TEXT_CLEANUP char *path = state_path(directory, "");
	FILE *file = fopen(path, "wb");

	for (int i = 0; i < 100; i++)
		fputs("This is a letter and not a database. ", file);
	fclose(file);
}

static void
make_newer(const char *directory)
{
	BUFFER_CLEANUP struct buffer answer = {0};

	support_query(&answer, directory, "PRAGMA user_version = 99");
}

static void
make_foreign(const char *directory)
{
	BUFFER_CLEANUP struct buffer answer = {0};

	support_query(&answer, directory, "PRAGMA application_id = 4711");
}

static const struct {
	const char *what;
	void (*harm)(const char *directory);
	const char *words;
} harms[] = {
	{"a page of nonsense", spoil_page, "is damaged"},
	{"a cut file", cut_file, "malformed"},
	{"another kind of file", write_letter, "file is not a database"},
	{"a newer format", make_newer, "has format 99, and this program knows formats up to 4"},
	{"a foreign database", make_foreign, "is a database of another program"},
};

START_TEST(refuses_and_leaves_a_file_it_cannot_use)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	TEXT_CLEANUP char *path = state_path(directory, "");
	BUFFER_CLEANUP struct buffer before = {0}, after = {0};
	struct store *store = support_open(directory);
	struct diag diag = {0};
	uint32_t number;

	for (int i = 0; i < 20; i++)
		ASSERT_DONE(support_issue(&number, store, "default", &diag), &diag);
	store_close(store);
	harms[_i].harm(directory);
	read_file(&before, path);

	store = NULL;
	ck_assert_msg(
		store_open(&store, directory, &diag) == REFUSED, "%s was taken", harms[_i].what);
	ck_assert_ptr_null(store);
	ck_assert_msg(
		strstr(diag.found, harms[_i].words) != NULL, "%s: %s", harms[_i].what, diag.found);
	ck_assert_msg(strstr(diag.found, path) != NULL, "%s: %s", harms[_i].what, diag.found);
	read_file(&after, path);
	ck_assert_msg(bytes_equal(buffer_bytes(&before), buffer_bytes(&after)), "%s: was changed",
		harms[_i].what);
}
END_TEST

static void
copy_file(const char *from, const char *to)
{
	BUFFER_CLEANUP struct buffer content = {0};
	FILE *file = fopen(to, "wb");

	read_file(&content, from);
	ck_assert_uint_eq(fwrite(content.data, 1, content.size, file), content.size);
	fclose(file);
}

/* Makes in `copy` what a crash of the store in `directory` would leave: the file, and beside it what
 * was not written back yet. */
static void
copy_open_store(const char *copy, const char *directory)
{
	struct store *store = support_open(directory);
	struct diag diag = {0};
	uint32_t number;

	for (int i = 0; i < 20; i++)
		ASSERT_DONE(support_issue(&number, store, "default", &diag), &diag);
	store_close(store);
	store = support_open(directory);
	ASSERT_DONE(support_issue(&number, store, "default", &diag), &diag);
	for (size_t i = 0; i < 2; i++) {
		const char *suffix = i ? "-wal" : "";
		TEXT_CLEANUP char *from = state_path(directory, suffix),
				  *to = state_path(copy, suffix);

		copy_file(from, to);
	}
	store_close(store);
}

START_TEST(leaves_a_damaged_file_with_what_a_crash_left_beside_it)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	DIRECTORY_CLEANUP char *copy = temporary_directory_new();
	TEXT_CLEANUP char *path = state_path(copy, ""), *wal = state_path(copy, "-wal");
	BUFFER_CLEANUP struct buffer before = {0}, after = {0};
	struct store *store = NULL;
	struct diag diag = {0};

	copy_open_store(copy, directory);
	store_close(support_open(copy));
	copy_open_store(copy, directory);
	spoil_pages(copy, 3, 9);
	read_file(&before, path);
	read_file(&before, wal);
	ck_assert_int_eq(store_open(&store, copy, &diag), REFUSED);
	ck_assert_msg(strstr(diag.found, "is damaged") != NULL, "%s", diag.found);
	read_file(&after, path);
	read_file(&after, wal);
	ck_assert(bytes_equal(buffer_bytes(&before), buffer_bytes(&after)));
}
END_TEST

/* --- kill -9 ----------------------------------------------------------------------------- */

/* What the child reports once the store has said that it is done. */
struct report {
	uint32_t drawn; /* 0: nothing */
	uint32_t issued;
};

static void
issue_until_killed(const char *directory, int reports)
{
	struct store *store = NULL;
	struct report report = {0};

	if (store_open(&store, directory, NULL) != DONE)
		_exit(1);
	while (support_issue(&report.issued, store, "default", NULL) == DONE &&
		store_next_request_id(&report.drawn, store, "default", NULL) == DONE)
		if (write(reports, &report, sizeof(report)) != sizeof(report))
			break;
	_exit(1);
}

/* Kills the child in the middle of its work, after at least `least` reports; gives all it made. */
static size_t
kill_and_collect(struct report *reports, size_t max, const char *directory, size_t least)
{
	int ends[2], status;
	size_t count = 0;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		issue_until_killed(directory, ends[1]);
	close(ends[1]);
	while (count < max && read(ends[0], &reports[count], sizeof(*reports)) == sizeof(*reports))
		if (++count == least)
			kill(child, SIGKILL);
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_uint_ge(count, least);
	return count;
}

/* Several lives, each killed at another point: what was reported is there, and numbers go on. */
START_TEST(survives_kill)
{
	DIRECTORY_CLEANUP char *directory = temporary_directory_new();
	static struct report reports[20000];
	uint32_t highest = 0, number;
	struct diag diag = {0};

	for (size_t life = 0; life < 4; life++) {
		size_t count = kill_and_collect(reports, ROWS(reports), directory, 50 + 211 * life);
		struct store *store = support_open(directory);

		for (size_t i = 0; i < count; i++) {
			assert_issued(store, reports[i].issued);
			ck_assert_uint_gt(reports[i].issued, highest);
			ck_assert_uint_gt(reports[i].drawn, reports[i].issued);
			highest = reports[i].drawn;
		}
		ASSERT_DONE(store_next_request_id(&number, store, "default", &diag), &diag);
		ck_assert_uint_gt(number, highest);
		highest = number;
		store_close(store);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store");
	TCase *cases = tcase_create("store");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, finds_what_was_issued);
	tcase_add_test(cases, keeps_both_certificates_of_one_serial);
	tcase_add_test(cases, ends_a_polled_transaction_once);
	tcase_add_test(cases, keeps_pending_transactions);
	tcase_add_test(cases, replaces_a_transaction);
	tcase_add_test(cases, keeps_refused_transactions);
	tcase_add_test(cases, lists_revoked_certificates_oldest_first);
	tcase_add_test(cases, revokes_all_certificates_of_one_serial);
	tcase_add_test(cases, gives_no_request_number_twice);
	tcase_add_test(cases, counts_each_site_by_itself);
	tcase_add_test(cases, keeps_stores_in_memory_apart);
	tcase_add_test(cases, makes_private_files);
	tcase_add_test(cases, remembers_after_reopening);
	tcase_add_test(cases, can_be_queried_by_people);
	tcase_add_test(cases, refuses_a_directory_in_use);
	tcase_add_test(cases, refuses_a_directory_it_cannot_have);
	tcase_add_loop_test(cases, refuses_and_leaves_a_file_it_cannot_use, 0, ROWS(harms));
	tcase_add_test(cases, leaves_a_damaged_file_with_what_a_crash_left_beside_it);
	tcase_add_test(cases, survives_kill);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
