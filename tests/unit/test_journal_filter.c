/* Filters: what fits, and what is refused in which words. */
#include <check.h>
#include <string.h>

#include "journal_support.h"
#include "server/journal_filter.h"
#include "tests/run_suite.h"

static struct exchange_support support;
static struct journal_record *record;

/* Number 17: a PKCSReq of device-1 that has got its certificate, and has ended. */
static void
setup(void)
{
	exchange_support_init(&support);
	exchange_support_header(&support, "User-Agent", "profiled/1.0");
	exchange_support_pkcs_req(&support, "secret");
	exchange_support_issue(&support);
	record = journal_record_new(&support.exchange);
	journal_record_complete(record, &support.exchange, bytes_text("{}"), JOURNAL_RAW_MAX);
}

static void
teardown(void)
{
	journal_record_release(record);
	exchange_support_done(&support);
}

static const struct {
	const char *name, *text;
	bool fits;
} conditions[] = {
	{"site", "default", true},
	{"site", "d*", true},
	{"site", "Default", false},
	{"operation", "PKIOperation", true},
	{"operation", "*Operation", true},
	{"operation", "GetCACaps", false},
	{"operation", "MyOwnOperation", false},
	{"method", "POST", true},
	{"method", "GET", false},
	{"path", "/CERTSRV/*", true},
	{"user_agent", "profiled*", true},
	{"user_agent", "Profiled*", false},
	{"message_type", "PKCSReq", true},
	{"message_type", "19", true},
	{"message_type", "17", false},
	{"transaction_id", "8D??", true},
	{"subject", "*CN=device-*", true},
	{"cipher", "AES-128-CBC", true},
	{"cipher", "aes", true},
	{"cipher", "3DES", false},
	{"digest", "sha256", true},
	{"outcome", "SUCCESS", true},
	{"outcome", "*", true},
	{"outcome", "FAILURE", false},
	{"challenge", "*", false}, /* it was not looked at */
	{"fault", "none", true},
	{"fault", "any", false},
	{"fault", "*", false},
	{"status", "200", true},
	{"status", "2??", true},
	{"status", "4*", false},
	{"end", "sent", true},
	{"end", "*-by-plan", false},
	{"connection", "4", true},
	{"time", "2026-01-31T23:*", true},
	{"since", "2026-01-31T23:59:58.747Z", true},
	{"since", "2026-01-31T23:59:58.748Z", false},
	{"until", "2026-01-31T23:59:58.747Z", false},
	{"until", "2026-02-01T00:00:00Z", true},
	{"after", "16", true},
	{"after", "17", false},
};

START_TEST(fits)
{
	struct journal_filter filter = {0};
	const struct journal_condition *missed = NULL;
	struct diag diag = {0};

	ck_assert_int_eq(
		journal_filter_add(&filter, conditions[_i].name, conditions[_i].text, &diag), DONE);
	ck_assert_msg(journal_filter_fits(&filter, record) == conditions[_i].fits, "%s=%s",
		conditions[_i].name, conditions[_i].text);
	ck_assert_uint_eq(
		journal_filter_misses(&missed, &filter, record), conditions[_i].fits ? 0 : 1);
	ck_assert_ptr_eq(missed, conditions[_i].fits ? NULL : &filter.conditions[0]);
	journal_filter_done(&filter);
}
END_TEST

START_TEST(finds_faults)
{
	static const struct {
		const char *text;
		bool fits;
	} faults[] = {
		{"any", true},
		{"none", false},
		{"reset-1", true},
		{"reset-?", true},
		{"app_pool", true},
		{"app_pool=stopped", true},
		{"stopped", false},
		{"ca_service", false},
	};
	static const char entry[] =
		"{\"exchange\":3,\"site\":\"default\",\"time\":\"2026-01-31T23:59:58.747Z\","
		"\"faults\":[{\"rule\":\"reset-1\"},"
		"{\"setting\":\"app_pool\",\"value\":\"stopped\"}]}";
	struct journal_record *faulty = NULL;

	ck_assert_int_eq(journal_record_restore(&faulty, bytes_text(entry), NULL), DONE);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct journal_filter filter = {0};

		ck_assert_int_eq(journal_filter_add(&filter, "fault", faults[i].text, NULL), DONE);
		ck_assert_msg(journal_filter_fits(&filter, faulty) == faults[i].fits, "%s",
			faults[i].text);
		journal_filter_done(&filter);
	}
	journal_record_release(faulty);
}
END_TEST

/* Before the end it is not known how it ended, so that no end fits. */
START_TEST(waits_for_the_end)
{
	struct journal_record *open = journal_record_new(&support.exchange);
	struct journal_filter filter = {0};

	ck_assert_int_eq(journal_filter_add(&filter, "end", "*", NULL), DONE);
	ck_assert(!journal_filter_fits(&filter, open));
	journal_record_complete(open, &support.exchange, bytes_text("{}"), JOURNAL_RAW_MAX);
	ck_assert(journal_filter_fits(&filter, open));
	journal_filter_done(&filter);
	journal_record_release(open);
}
END_TEST

START_TEST(wants_all_conditions)
{
	const struct journal_condition *missed = NULL;
	BUFFER_CLEANUP struct buffer words = {0}, found = {0};
	struct journal_filter filter = {0};

	journal_filter_describe(&words, &filter);
	ck_assert_str_eq(buffer_text(&words), "anything");
	ck_assert(journal_filter_fits(&filter, record));
	journal_filter_add(&filter, "operation", "PKIOperation", NULL);
	journal_filter_add(&filter, "outcome", "PENDING", NULL);
	journal_filter_add(&filter, "status", "500", NULL);
	ck_assert(!journal_filter_fits(&filter, record));
	ck_assert_uint_eq(journal_filter_misses(&missed, &filter, record), 2);
	ck_assert_str_eq(journal_filter_name(missed), "outcome");
	journal_filter_write_found(&found, missed, record);
	ck_assert_str_eq(buffer_text(&found), "SUCCESS");
	buffer_clear(&words);
	journal_filter_describe(&words, &filter);
	ck_assert_str_eq(buffer_text(&words), "operation=PKIOperation outcome=PENDING status=500");
	journal_filter_done(&filter);
}
END_TEST

static const struct {
	const char *name, *text, *words;
} refusals[] = {
	{"opration", "x",
		"opration: nothing that exchanges are filtered by; did you mean operation?"},
	{"transaction", "x", "did you mean transaction_id?"},
	{"xyzzy", "x", "expected site, operation, method, path,"},
	{"outcome", "SUCESS", "outcome: \"SUCESS\" is none of its words; did you mean SUCCESS?"},
	{"outcome", "x*", "expected SUCCESS, FAILURE, PENDING"},
	{"operation", "PKIOperaton", "did you mean PKIOperation?"},
	{"message_type", "PKCSRec", "did you mean PKCSReq?"},
	{"message_type", "4711", "expected"},
	{"end", "gone", "expected sent, client-left"},
	{"challenge", "expird", "did you mean expired?"},
	{"status", "ok", "expected digits"},
	{"path", "/[ab]", "a pattern of"},
	{"path", "", "nothing; expected 1 to 512 bytes"},
	{"since", "yesterday",
		"since: \"yesterday\"; expected a time in UTC like 2027-01-31T23:59:59Z"},
	{"until", "2026-02-30", "expected a time"},
	{"after", "x", "after: \"x\" is no whole number"},
	{"after", "-1", "after"},
};

START_TEST(refuses)
{
	struct journal_filter filter = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_int_eq(
		journal_filter_add(&filter, refusals[_i].name, refusals[_i].text, &diag), REFUSED);
	diag_text(words, &diag);
	ck_assert_msg(strstr(words, refusals[_i].words) != NULL, "%s", words);
	ck_assert_uint_eq(filter.count, 0);
}
END_TEST

START_TEST(refuses_a_name_twice)
{
	struct journal_filter filter = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	journal_filter_add(&filter, "site", "a", NULL);
	ck_assert_int_eq(journal_filter_add(&filter, "site", "b", &diag), REFUSED);
	ck_assert_str_eq(diag_text(words, &diag), "site: twice; expected each name once");
	ck_assert_uint_eq(filter.count, 1);
	journal_filter_done(&filter);
}
END_TEST

/* So that help and schema can be printed. */
START_TEST(tells_its_names)
{
	const char *name, *help = NULL;
	size_t count = 0;

	while ((name = journal_filter_name_at(&help, count))) {
		ck_assert_str_ne(name, "");
		ck_assert_ptr_nonnull(help);
		count++;
	}
	ck_assert_uint_eq(count, JOURNAL_FILTER_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("journal_filter");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_loop_test(all, fits, 0, sizeof(conditions) / sizeof(conditions[0]));
	tcase_add_test(all, finds_faults);
	tcase_add_test(all, waits_for_the_end);
	tcase_add_test(all, wants_all_conditions);
	tcase_add_loop_test(all, refuses, 0, sizeof(refusals) / sizeof(refusals[0]));
	tcase_add_test(all, refuses_a_name_twice);
	tcase_add_test(all, tells_its_names);
	return run_suite(suite);
}
