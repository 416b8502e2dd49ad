/* Records: their fields, their bytes, and what is left of them after a restart. */
#include <check.h>
#include <string.h>

#include "journal_support.h"
#include "server/application.h"
#include "server/journal_entry.h"
#include "server/journal_redaction.h"
#include "tests/run_suite.h"

static struct exchange_support support;

static void
setup(void)
{
	exchange_support_init(&support);
	support.http.reason = "OK";
}

static void
teardown(void)
{
	exchange_support_done(&support);
}

/* Makes the exchange's record complete; the caller releases it. */
static struct journal_record *
make(size_t raw_limit)
{
	BUFFER_CLEANUP struct buffer entry = {0};
	struct journal_record *record = journal_record_new(&support.exchange);

	journal_entry_write(&entry, &support.exchange);
	journal_record_complete(
		record, &support.exchange, BYTES(entry.data, entry.size - 1), raw_limit);
	return record;
}

static void
assert_bytes(struct bytes found, const char *wanted)
{
	ck_assert_msg(bytes_equal(found, bytes_text(wanted)), "%.*s\nis not\n%s", (int)found.size,
		(const char *)found.data, wanted);
}

START_TEST(has_fields_from_arrival_on)
{
	struct journal_record *record;

	exchange_support_header(&support, "User-Agent", "profiled/1.0");
	exchange_support_pkcs_req(&support, "secret");
	support.exchange.verdict.challenge = VERDICT_FIXED;
	exchange_support_issue(&support);
	record = journal_record_new(&support.exchange);
	ck_assert_uint_eq(journal_record_number(record), 17);
	ck_assert(!journal_record_is_complete(record));
	ck_assert_uint_eq(journal_record_entry(record).size, 0);
	journal_support_assert_field(record, JOURNAL_SITE, "default");
	journal_support_assert_field(record, JOURNAL_OPERATION, "PKIOperation");
	journal_support_assert_field(record, JOURNAL_METHOD, "POST");
	journal_support_assert_field(record, JOURNAL_PATH, "/certsrv/mscep/mscep.dll");
	journal_support_assert_field(record, JOURNAL_USER_AGENT, "profiled/1.0");
	journal_support_assert_field(record, JOURNAL_MESSAGE_TYPE, "PKCSReq");
	journal_support_assert_field(record, JOURNAL_TRANSACTION_ID, "8D2F");
	journal_support_assert_field(record, JOURNAL_SUBJECT, "CN=device-1");
	journal_support_assert_field(record, JOURNAL_CIPHER, "AES-128-CBC");
	journal_support_assert_field(record, JOURNAL_DIGEST, "SHA-256");
	journal_support_assert_field(record, JOURNAL_OUTCOME, "SUCCESS");
	journal_support_assert_field(record, JOURNAL_CHALLENGE, "fixed");
	journal_support_assert_field(record, JOURNAL_FAULT, NULL);
	journal_support_assert_field(record, JOURNAL_STATUS, "200");
	journal_support_assert_field(record, JOURNAL_END, NULL);
	journal_support_assert_field(record, JOURNAL_CONNECTION, "4");
	journal_support_assert_field(record, JOURNAL_TIME, "2026-01-31T23:59:58.747Z");
	journal_record_release(record);
}
END_TEST

/* What libmicrohttpd refuses in the middle of a body has another answer in the end. */
START_TEST(tells_how_it_ended)
{
	struct journal_record *record = journal_record_new(&support.exchange);

	response_set(&support.http.response, RESPONSE_FROM_HTTP_LIBRARY, 400, 0, 0);
	support.http.end = HTTP_END_MALFORMED;
	journal_support_assert_field(record, JOURNAL_STATUS, "200");
	journal_record_complete(record, &support.exchange, bytes_text("{}"), JOURNAL_RAW_MAX);
	ck_assert(journal_record_is_complete(record));
	journal_support_assert_field(record, JOURNAL_STATUS, "400");
	journal_support_assert_field(record, JOURNAL_END, "malformed");
	assert_bytes(journal_record_entry(record), "{}");
	journal_record_release(record);
}
END_TEST

START_TEST(has_what_is_not_there_in_no_field)
{
	struct journal_record *record;

	exchange_support_target(&support, "/nothing");
	support.http.send.cut = SEND_CUT_BEFORE_HEAD;
	record = make(JOURNAL_RAW_MAX);
	for (enum journal_field i = 0; i < JOURNAL_FIELD_COUNT; i++)
		if (i != JOURNAL_SITE && i != JOURNAL_METHOD && i != JOURNAL_PATH &&
			i != JOURNAL_END && i != JOURNAL_CONNECTION && i != JOURNAL_TIME)
			journal_support_assert_field(record, i, NULL);
	journal_record_release(record);
}
END_TEST

START_TEST(cuts_long_texts)
{
	char agent[2 * JOURNAL_TEXT_MAX] = "";
	struct journal_record *record;

	memset(agent, 'a', sizeof(agent) - 1);
	exchange_support_header(&support, "User-Agent", agent);
	record = journal_record_new(&support.exchange);
	ck_assert_uint_eq(journal_record_field(record, JOURNAL_USER_AGENT).size, JOURNAL_TEXT_MAX);
	journal_support_assert_field(record, JOURNAL_STATUS, "200");
	journal_record_release(record);
}
END_TEST

START_TEST(keeps_request_and_reply)
{
	struct journal_raw_part part;
	struct journal_record *record;

	support.http.request.method = "POST";
	exchange_support_target(&support, "/a?operation=b");
	exchange_support_header(&support, "Host", "ndes");
	buffer_append_text(&support.http.request.body, "body");
	support.http.body_size = 4;
	response_add_header(&support.http.response, "Server", "x");
	buffer_append_text(&support.http.response.body, "SHA-1");
	support.http.closes = true;
	record = make(JOURNAL_RAW_MAX);
	assert_bytes(journal_record_request(&part, record),
		"POST /a?operation=b HTTP/1.1\r\nHost: ndes\r\n\r\nbody");
	ck_assert_ptr_null(part.why);
	ck_assert_uint_eq(part.missing, 0);
	assert_bytes(journal_record_reply(&part, record),
		"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nServer: x\r\n"
		"Content-Length: 5\r\n\r\nSHA-1");
	ck_assert_ptr_null(part.why);
	ck_assert_uint_eq(part.missing, 0);
	journal_record_release(record);
	buffer_done(&support.http.request.body);
}
END_TEST

START_TEST(says_what_it_cuts)
{
	struct journal_raw_part part;
	struct journal_record *record;

	buffer_append_space(&support.http.request.body, 1000);
	support.http.body_size = 1000;
	exchange_support_target(&support, "/");
	record = make(50);
	ck_assert_uint_eq(journal_record_request(&part, record).size, 50);
	ck_assert_uint_eq(part.missing, strlen("GET / HTTP/1.1\r\n\r\n") + 1000 - 50);
	ck_assert_ptr_nonnull(strstr(part.why, "longer"));
	ck_assert_uint_eq(journal_record_reply(&part, record).size, 50);
	ck_assert_uint_gt(part.missing, 0);
	journal_record_release(record);

	/* Not kept by the wire: a body that a stage has answered without. */
	buffer_clear(&support.http.request.body);
	record = make(JOURNAL_RAW_MAX);
	assert_bytes(journal_record_request(&part, record), "GET / HTTP/1.1\r\n\r\n");
	ck_assert_uint_eq(part.missing, 1000);
	ck_assert_ptr_nonnull(strstr(part.why, "nobody wanted"));
	journal_record_release(record);
	buffer_done(&support.http.request.body);
}
END_TEST

static const struct {
	const char *what;
	enum http_end end;
	uint64_t sent;
	enum response_from from;
	size_t size; /* of the reply; 0: none */
	uint64_t missing;
	const char *why;
} ends[] = {
	{"cut by plan", HTTP_END_CLOSED_BY_PLAN, 10, RESPONSE_FROM_IIS, 10, 54, "sent so far"},
	{"the client left", HTTP_END_CLIENT_LEFT, 0, RESPONSE_FROM_IIS, 64, 0, "not known"},
	{"libmicrohttpd's", HTTP_END_MALFORMED, 0, RESPONSE_FROM_HTTP_LIBRARY, 0, 0, "library"},
	{"none", HTTP_END_CLIENT_LEFT, 0, RESPONSE_FROM_NOBODY, 0, 0, "no answer"},
};

START_TEST(tells_how_much_was_sent)
{
	struct journal_raw_part part;
	struct journal_record *record;

	response_set(&support.http.response, ends[_i].from, 200, 0, 0);
	support.http.end = ends[_i].end;
	support.http.bytes_sent = ends[_i].sent;
	record = make(JOURNAL_RAW_MAX);
	ck_assert_msg(journal_record_reply(&part, record).size == ends[_i].size, "%s: %zu",
		ends[_i].what, part.size);
	ck_assert_uint_eq(part.missing, ends[_i].missing);
	ck_assert_msg(strstr(part.why, ends[_i].why) != NULL, "%s", part.why);
	journal_record_release(record);
}
END_TEST

/* --- --redact ----------------------------------------------------------------------- */

static void
assert_hidden(const char *secret)
{
	struct journal_record *record = make(JOURNAL_RAW_MAX);
	struct bytes entry = journal_record_entry(record);
	struct journal_raw_part part;

	ck_assert_ptr_null(memmem(entry.data, entry.size, secret, strlen(secret)));
	ck_assert_uint_eq(journal_record_request(&part, record).size, 0);
	ck_assert_str_eq(part.why, JOURNAL_REDACTION_WHY);
	journal_record_release(record);
}

START_TEST(hides_challenges)
{
	support.server.redact = true;
	exchange_support_pkcs_req(&support, "topsecret");
	assert_hidden("topsecret");
	support.exchange.message.scep->csr.has_challenge = false;
	ck_assert(!journal_redaction_hides_request(&support.exchange));
}
END_TEST

/* A query with a pkiMessage that nobody could read may hold anything; a CA's name does not. */
START_TEST(hides_queries_that_may_hold_one)
{
	support.server.redact = true;
	ck_assert(!journal_redaction_hides_request(&support.exchange));
	exchange_support_target(
		&support, "/certsrv/mscep/mscep.dll?operation=PKIOperation&message=topsecret");
	assert_hidden("topsecret");
	exchange_support_target(
		&support, "/certsrv/mscep/mscep.dll?operation=pkiop&message=topsecret");
	assert_hidden("topsecret");
}
END_TEST

START_TEST(hides_credentials)
{
	support.server.redact = true;
	exchange_support_target(&support, "/certsrv/mscep_admin/");
	exchange_support_header(&support, "Authorization", "Basic dG9wc2VjcmV0");
	assert_hidden("dG9wc2VjcmV0");
}
END_TEST

START_TEST(hides_the_admin_page)
{
	const char *path_info;
	struct journal_raw_part part;
	struct journal_record *record;

	support.server.redact = true;
	exchange_support_target(&support, "/certsrv/mscep_admin/");
	support.exchange.route.application = application_find(&path_info, "/certsrv/mscep_admin");
	buffer_append_text(&support.http.response.body, "password");
	record = make(JOURNAL_RAW_MAX);
	ck_assert_uint_eq(journal_record_reply(&part, record).size, 0);
	ck_assert_str_eq(part.why, JOURNAL_REDACTION_WHY);
	ck_assert_uint_gt(journal_record_request(&part, record).size, 0);
	journal_record_release(record);
	support.server.redact = false;
	record = make(JOURNAL_RAW_MAX);
	ck_assert_uint_gt(journal_record_reply(&part, record).size, 8);
	journal_record_release(record);
}
END_TEST

/* --- restored ----------------------------------------------------------------------- */

START_TEST(comes_back_from_its_object)
{
	static char name[] = "lab";
	struct journal_record *record, *restored = NULL;
	struct journal_raw_part part;

	exchange_support_header(&support, "User-Agent", "profiled/1.0");
	exchange_support_pkcs_req(&support, "secret");
	exchange_support_target(
		&support, "/site/lab/certsrv/mscep/mscep.dll?operation=PKIOperation");
	support.site.name = name;
	request_take_prefix(&support.http.request, strlen("/site/lab"));
	support.exchange.verdict.challenge = VERDICT_FIXED;
	exchange_support_issue(&support);
	record = make(JOURNAL_RAW_MAX);
	ck_assert_int_eq(
		journal_record_restore(&restored, journal_record_entry(record), NULL), DONE);
	ck_assert_uint_eq(journal_record_number(restored), 17);
	ck_assert_int_eq(journal_record_arrived_ms(restored), journal_record_arrived_ms(record));
	ck_assert(journal_record_is_complete(restored));
	ck_assert(bytes_equal(journal_record_entry(restored), journal_record_entry(record)));
	for (enum journal_field i = 0; i < JOURNAL_FIELD_COUNT; i++)
		ck_assert_msg(bytes_equal(journal_record_field(record, i),
				      journal_record_field(restored, i)),
			"%s", journal_field_row(i)->name);
	ck_assert_uint_eq(journal_record_request(&part, restored).size, 0);
	ck_assert_ptr_nonnull(strstr(part.why, "restart"));
	journal_record_release(record);
	journal_record_release(restored);
}
END_TEST

/* Escapes of a query can hold one. */
START_TEST(brings_back_a_nul)
{
	struct journal_record *record, *restored = NULL;

	exchange_support_target(&support, "/certsrv/mscep/mscep.dll?operation=a%00b");
	record = make(JOURNAL_RAW_MAX);
	ck_assert_int_eq(
		journal_record_restore(&restored, journal_record_entry(record), NULL), DONE);
	ck_assert(bytes_equal(journal_record_field(restored, JOURNAL_OPERATION), BYTES("a\0b", 3)));
	journal_record_release(record);
	journal_record_release(restored);
}
END_TEST

START_TEST(brings_back_faults)
{
	static const char entry[] =
		"{\"exchange\":3,\"site\":\"default\",\"time\":\"2026-01-31T23:59:58.747Z\","
		"\"faults\":[{\"rule\":\"reset-1\",\"actions\":[\"reset\"],\"nth\":1},"
		"{\"setting\":\"app_pool\",\"value\":\"stopped\"}]}";
	struct journal_record *record = NULL;

	ck_assert_int_eq(journal_record_restore(&record, bytes_text(entry), NULL), DONE);
	journal_support_assert_field(record, JOURNAL_FAULT, "reset-1\napp_pool=stopped");
	journal_record_release(record);
}
END_TEST

static const char *const no_objects[] = {"", "{", "[]", "{}", "{\"exchange\":1}",
	"{\"exchange\":1,\"time\":\"yesterday\"}",
	"{\"exchange\":\"1\",\"time\":\"2026-01-31T23:59:58.747Z\"}"};

START_TEST(refuses_other_objects)
{
	struct journal_record *record = NULL;
	struct diag diag = {0};

	ck_assert_int_eq(
		journal_record_restore(&record, bytes_text(no_objects[_i]), &diag), REFUSED);
	ck_assert_ptr_null(record);
	ck_assert_str_ne(diag.found, "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("journal_record");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, has_fields_from_arrival_on);
	tcase_add_test(all, tells_how_it_ended);
	tcase_add_test(all, has_what_is_not_there_in_no_field);
	tcase_add_test(all, cuts_long_texts);
	tcase_add_test(all, keeps_request_and_reply);
	tcase_add_test(all, says_what_it_cuts);
	tcase_add_loop_test(all, tells_how_much_was_sent, 0, sizeof(ends) / sizeof(ends[0]));
	tcase_add_test(all, hides_challenges);
	tcase_add_test(all, hides_queries_that_may_hold_one);
	tcase_add_test(all, hides_credentials);
	tcase_add_test(all, hides_the_admin_page);
	tcase_add_test(all, comes_back_from_its_object);
	tcase_add_test(all, brings_back_a_nul);
	tcase_add_test(all, brings_back_faults);
	tcase_add_loop_test(
		all, refuses_other_objects, 0, sizeof(no_objects) / sizeof(no_objects[0]));
	return run_suite(suite);
}
