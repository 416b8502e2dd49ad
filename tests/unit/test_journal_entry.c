/* The journal's objects, as jansson reads them. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/hresult.h"
#include "common/memory.h"
#include "exchange_support.h"
#include "server/challenge.h"
#include "server/journal.h"
#include "server/journal_entry.h"
#include "tests/run_suite.h"

static struct exchange_support support;

static void
setup(void)
{
	exchange_support_init(&support);
}

static void
teardown(void)
{
	exchange_support_done(&support);
}

static const struct stage *
find_stage(const char *name)
{
	const struct stage *stage;

	for (unsigned i = 0; (stage = pipeline_stage(i)); i++)
		if (strcmp(stage->name, name) == 0)
			return stage;
	ck_abort_msg("no stage %s", name);
	return NULL;
}

/* Returns the exchange as the journal tells it; the caller releases it. */
static json_t *
entry(void)
{
	BUFFER_CLEANUP struct buffer line = {0};
	json_error_t error;
	json_t *value;

	journal_entry_write(&line, &support.exchange);
	ck_assert_uint_eq(line.data[line.size - 1], '\n');
	ck_assert_ptr_null(memchr(line.data, '\n', line.size - 1));
	value = json_loadb((const char *)line.data, line.size, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(value != NULL, "%s: %s", error.text, buffer_text(&line));
	return value;
}

/* Returns the member at a path such as "message.signer.subject", or NULL. */
static json_t *
member(json_t *value, const char *path)
{
	TEXT_CLEANUP char *copy = text_copy(path);
	char *rest = copy, *key;

	while ((key = strsep(&rest, ".")))
		value = json_object_get(value, key);
	return value;
}

static void
assert_text(json_t *value, const char *path, const char *wanted)
{
	const char *found = json_string_value(member(value, path));

	ck_assert_msg(found && strcmp(found, wanted) == 0, "%s is %s, not %s", path,
		found ? found : "absent", wanted);
}

static void
assert_number(json_t *value, const char *path, json_int_t wanted)
{
	json_t *found = member(value, path);

	ck_assert_msg(json_is_integer(found), "%s is no integer", path);
	ck_assert_msg(json_integer_value(found) == wanted, "%s is %lld, not %lld", path,
		(long long)json_integer_value(found), (long long)wanted);
}

static void
assert_absent(json_t *value, const char *path)
{
	ck_assert_msg(member(value, path) == NULL, "%s is there", path);
}

/* No value anywhere is null: what was not there is left out. */
static void
assert_no_null(json_t *value)
{
	const char *key;
	json_t *inner;
	size_t i;

	ck_assert(!json_is_null(value));
	json_object_foreach(value, key, inner)
		assert_no_null(inner);
	json_array_foreach(value, i, inner) assert_no_null(inner);
}

START_TEST(tells_of_a_plain_exchange)
{
	json_t *value;

	exchange_support_header(&support, "User-Agent", "profiled/1.0");
	support.exchange.answered_by = find_stage("mscep");
	buffer_append_text(&support.http.response.body, "SHA-1");
	value = entry();
	assert_no_null(value);
	assert_number(value, "exchange", 17);
	assert_text(value, "site", "default");
	assert_text(value, "time", "2026-01-31T23:59:58.747Z");
	ck_assert_double_eq_tol(json_real_value(member(value, "duration_ms")), 3.214, 1e-9);
	assert_number(value, "connection.number", 4);
	assert_number(value, "connection.nth", 2);
	assert_text(value, "connection.client_address", "127.0.0.1");
	assert_number(value, "connection.client_port", 51234);
	assert_text(value, "connection.end", "sent");
	assert_text(value, "request.method", "GET");
	assert_text(value, "request.target", support.http.request.target);
	assert_number(
		value, "request.target_size", (json_int_t)strlen(support.http.request.target));
	assert_text(value, "request.user_agent", "profiled/1.0");
	assert_absent(value, "request.content_length");
	assert_number(value, "request.bytes", 107);
	assert_text(value, "operation", "GetCACaps");
	assert_text(value, "answered_by", "mscep");
	assert_text(value, "response.from", "mscep");
	assert_number(value, "response.status", 200);
	assert_number(value, "response.substatus", 0);
	assert_number(value, "response.win32_status", 0);
	assert_absent(value, "response.win32_name");
	assert_text(value, "response.content_type", "text/plain");
	assert_number(value, "response.body_size", 5);
	assert_number(value, "response.bytes", 186);
	for (size_t i = 0; i < 5; i++)
		assert_absent(value,
			((const char *[]){
				"message", "csr", "challenge", "disposition", "issuance"})[i]);
	assert_absent(value, "words");
	assert_absent(value, "broke");
	json_decref(value);
}
END_TEST

START_TEST(tells_the_stages)
{
	static const char *const names[] = {"connect", "iis", "respond", "send"};
	const struct stage *stage;
	json_t *value, *stages;

	for (unsigned i = 0, next = 0; (stage = pipeline_stage(i)); i++) {
		if (next == sizeof(names) / sizeof(names[0]) ||
			strcmp(stage->name, names[next]) != 0)
			continue;
		support.exchange.stages |= UINT32_C(1) << i;
		next++;
	}
	support.exchange.answered_by = find_stage("iis");
	value = entry();
	stages = member(value, "stages");
	ck_assert_uint_eq(json_array_size(stages), sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_str_eq(json_string_value(json_array_get(stages, i)), names[i]);
	assert_text(value, "answered_by", "iis");
	json_decref(value);
}
END_TEST

START_TEST(tells_of_an_enrolment)
{
	json_t *value, *recipients, *purposes;

	exchange_support_pkcs_req(&support, "8CE317021F690069");
	exchange_support_issue(&support);
	support.exchange.verdict.challenge = VERDICT_ONE_TIME;
	support.http.request.content_length = 2345;
	value = entry();
	assert_no_null(value);
	assert_text(value, "operation", "PKIOperation");
	assert_number(value, "request.content_length", 2345);
	assert_number(value, "message.size", (json_int_t)support.exchange.message.der.size);
	assert_number(value, "message.type", 19);
	assert_text(value, "message.type_name", "PKCSReq");
	assert_text(value, "message.transaction_id", "8D2F");
	assert_text(value, "message.sender_nonce", "30313233343536373839616263646566");
	assert_text(value, "message.digest", "SHA-256");
	assert_text(value, "message.cipher", "AES-128-CBC");
	assert_absent(value, "message.renewal");
	assert_text(value, "message.signer.subject", "CN=device-1");
	assert_text(value, "message.signer.issuer", "CN=device-1");
	assert_text(value, "message.signer.serial", "01");
	ck_assert(json_is_true(member(value, "message.signer.self_signed")));
	recipients = member(value, "message.recipients");
	ck_assert_uint_eq(json_array_size(recipients), 1);
	assert_text(json_array_get(recipients, 0), "issuer", "CN=Test CA");
	assert_text(
		json_array_get(recipients, 0), "serial", "68000000020909090909090909000000000002");
	assert_text(json_array_get(recipients, 0), "ours", "ra_encryption");
	assert_text(json_array_get(recipients, 0), "key_transport", "RSAES-PKCS1-v1_5");
	assert_text(value, "csr.subject", "CN=device-1");
	assert_text(value, "csr.key", "RSA");
	assert_number(value, "csr.key_bits", 1024);
	assert_text(value, "csr.subject_alt_name", "DNS:device-1.example");
	ck_assert_uint_eq(json_array_size(member(value, "csr.key_usage")), 2);
	ck_assert_str_eq(json_string_value(json_array_get(member(value, "csr.key_usage"), 0)),
		"digitalSignature");
	ck_assert_str_eq(json_string_value(json_array_get(member(value, "csr.key_usage"), 1)),
		"keyEncipherment");
	purposes = member(value, "csr.extended_key_usage");
	ck_assert_uint_eq(json_array_size(purposes), 2);
	ck_assert_str_eq(json_string_value(json_array_get(purposes, 0)), "clientAuth");
	ck_assert_str_eq(json_string_value(json_array_get(purposes, 1)), "1.2.3.4");
	assert_text(value, "challenge.text", "8CE317021F690069");
	assert_number(value, "challenge.size", 16);
	assert_text(value, "challenge.verdict", challenge_verdict_name(VERDICT_ONE_TIME));
	assert_absent(value, "challenge.used_by");
	assert_text(value, "disposition.status", "SUCCESS");
	assert_absent(value, "disposition.fail_info");
	assert_absent(value, "disposition.error");
	assert_absent(value, "disposition.reason");
	assert_number(value, "issuance.request_id", 12);
	assert_text(value, "issuance.serial", EXCHANGE_SUPPORT_SERIAL);
	assert_absent(value, "issuance.polls");
	json_decref(value);
}
END_TEST

START_TEST(tells_why_it_was_refused)
{
	json_t *value;

	exchange_support_pkcs_req(&support, "8CE317021F690069");
	support.exchange.verdict.challenge = VERDICT_USED;
	support.exchange.verdict.used_by = 9;
	diag_refuse(&support.exchange.diag, "challengePassword", NULL, "one that is unused",
		"one that exchange 9 used");
	exchange_refuse(&support.exchange, SCEP_FAIL_BAD_MESSAGE_CHECK, HRESULT_CERT_E_WRONG_USAGE,
		29, "challenge-used");
	buffer_append_text(&support.exchange.reply.der, "a CertRep");
	value = entry();
	assert_no_null(value);
	assert_text(value, "challenge.verdict", challenge_verdict_name(VERDICT_USED));
	assert_number(value, "challenge.used_by", 9);
	assert_text(value, "disposition.status", "FAILURE");
	assert_text(value, "disposition.fail_info", "badMessageCheck");
	assert_text(value, "disposition.error", "0x800B0110");
	assert_text(value, "disposition.error_name", "CERT_E_WRONG_USAGE");
	assert_text(value, "disposition.reason", "challenge-used");
	assert_number(value, "disposition.event", 29);
	assert_absent(value, "issuance");
	assert_text(value, "words",
		"challengePassword: one that exchange 9 used; expected one that is unused");
	json_decref(value);
}
END_TEST

START_TEST(tells_of_a_pending_request)
{
	json_t *value;

	exchange_support_pkcs_req(&support, NULL);
	support.exchange.disposition.status = SCEP_STATUS_PENDING;
	support.exchange.issuance.request_id = 12;
	support.exchange.issuance.polls = 3;
	support.exchange.verdict.challenge = VERDICT_NOT_NEEDED;
	support.exchange.message.renewal = true;
	buffer_append_text(&support.exchange.reply.der, "a CertRep");
	value = entry();
	assert_text(value, "disposition.status", "PENDING");
	assert_absent(value, "disposition.fail_info");
	assert_number(value, "issuance.request_id", 12);
	assert_number(value, "issuance.polls", 3);
	assert_absent(value, "issuance.serial");
	assert_absent(value, "challenge.text");
	assert_text(value, "challenge.verdict", challenge_verdict_name(VERDICT_NOT_NEEDED));
	ck_assert(json_is_true(member(value, "message.renewal")));
	json_decref(value);
}
END_TEST

/* What could be read of a message that is none. */
START_TEST(tells_of_a_broken_message)
{
	json_t *value;

	exchange_support_target(
		&support, "/certsrv/mscep/mscep.dll?operation=PKIOperation&message=MA");
	buffer_append_text(&support.exchange.message.der, "0");
	exchange_refuse(&support.exchange, SCEP_FAIL_BAD_REQUEST, 0, 17, "message-malformed");
	value = entry();
	assert_number(value, "message.size", 1);
	assert_absent(value, "message.type");
	assert_absent(value, "message.transaction_id");
	assert_absent(value, "message.signer");
	assert_absent(value, "message.recipients");
	assert_absent(value, "csr");
	assert_absent(value, "challenge");
	assert_absent(value, "disposition.status");
	assert_absent(value, "disposition.fail_info");
	assert_text(value, "disposition.reason", "message-malformed");
	assert_absent(value, "disposition.error");
	assert_number(value, "disposition.event", 17);
	json_decref(value);
}
END_TEST

START_TEST(tells_of_an_unknown_recipient)
{
	static const uint8_t oid[] = {0x2a, 0x03};
	struct envelope *envelope;
	json_t *value, *recipient;

	exchange_support_pkcs_req(&support, NULL);
	envelope = &support.exchange.message.scep->envelope;
	envelope->recipients[0].identifier.serial = BYTES("\x01", 1);
	envelope->recipients[0].transport = KEY_TRANSPORT_COUNT;
	envelope->recipients[0].algorithm = BYTES(oid, sizeof(oid));
	envelope->cipher = NULL;
	envelope->cipher_oid = BYTES(oid, sizeof(oid));
	value = entry();
	recipient = json_array_get(member(value, "message.recipients"), 0);
	assert_text(recipient, "serial", "01");
	assert_absent(recipient, "ours");
	assert_text(recipient, "key_transport", "1.2.3");
	assert_text(value, "message.cipher", "1.2.3");
	json_decref(value);
}
END_TEST

START_TEST(tells_of_an_answer_of_http_sys)
{
	json_t *value;

	response_set(&support.http.response, RESPONSE_FROM_HTTP_SYS, 414, 0, 0);
	support.exchange.http_sys_error = HTTP_SYS_414;
	value = entry();
	assert_text(value, "response.from", "http_sys");
	assert_text(value, "response.reason", "URL_Length");
	json_decref(value);
}
END_TEST

START_TEST(tells_of_a_win32_status)
{
	json_t *value;

	response_set(&support.http.response, RESPONSE_FROM_IIS, 500, 0, 1346);
	support.exchange.broke = true;
	diag_break(&support.exchange.diag, "store", "the disk is full");
	value = entry();
	assert_text(value, "response.from", "iis");
	assert_absent(value, "response.reason");
	assert_number(value, "response.win32_status", 1346);
	assert_text(value, "response.win32_name", "ERROR_BAD_IMPERSONATION_LEVEL");
	assert_text(value, "words", "store: the disk is full");
	ck_assert(json_is_true(member(value, "broke")));
	json_decref(value);
}
END_TEST

START_TEST(tells_that_there_was_no_answer)
{
	json_t *value;

	support.http.send.cut = SEND_CUT_BEFORE_HEAD;
	support.http.end = HTTP_END_CLOSED_BY_PLAN;
	value = entry();
	assert_absent(value, "response");
	assert_text(value, "connection.end", "closed-by-plan");
	json_decref(value);
}
END_TEST

START_TEST(tells_that_the_http_library_answered)
{
	json_t *value;

	support.exchange.answered_by = find_stage("iis");
	response_set(&support.http.response, RESPONSE_FROM_HTTP_LIBRARY, 400, 0, 0);
	support.http.end = HTTP_END_MALFORMED;
	value = entry();
	assert_text(value, "connection.end", "malformed");
	assert_text(value, "response.from", "http_library");
	assert_number(value, "response.status", 400);
	assert_absent(value, "response.bytes");
	assert_absent(value, "answered_by");
	json_decref(value);
}
END_TEST

START_TEST(cuts_long_text)
{
	BUFFER_CLEANUP struct buffer target = {0};
	json_t *value;

	buffer_append_text(&target, "/?operation=");
	while (target.size < JOURNAL_TEXT_MAX - 1)
		buffer_append_byte(&target, 'a');
	while (target.size < 65534)
		buffer_append_text(&target, "\xc3\xa4"); /* the limit cuts the first of them */
	exchange_support_target(&support, buffer_text(&target));
	value = entry();
	ck_assert_uint_eq(
		strlen(json_string_value(member(value, "request.target"))), JOURNAL_TEXT_MAX - 1);
	assert_number(value, "request.target_size", (json_int_t)target.size);
	ck_assert_uint_le(strlen(json_string_value(member(value, "operation"))), JOURNAL_TEXT_MAX);
	json_decref(value);
}
END_TEST

START_TEST(survives_hostile_text)
{
	json_t *value;

	exchange_support_header(&support, "User-Agent", "\"}\n\x01\xff<script>\\");
	exchange_support_target(&support, "/x?operation=%22%00%0a%ff%zz");
	value = entry();
	assert_text(value, "request.user_agent", "\"}\n\x01\xef\xbf\xbd<script>\\");
	assert_text(value, "operation", "%22%00%0a%ff%zz"); /* not decodable: as sent */
	json_decref(value);
	exchange_support_target(&support, "/x?operation=%22%0a%ff");
	value = entry();
	assert_text(value, "operation", "\"\n\xef\xbf\xbd");
	json_decref(value);
}
END_TEST

/* Each log that got lines, and of an event only that it was written. */
START_TEST(tells_where_the_evidence_is)
{
	struct evidence *evidence = &support.exchange.evidence;
	json_t *value = entry(), *found;
	char *text;

	ck_assert_ptr_null(json_object_get(value, "evidence"));
	json_decref(value);
	evidence_event(&support.exchange, EVENT_APPLICATION_CRASH, "1");
	evidence_event(&support.exchange, EVENT_CAPI2_CHAIN, "x");
	evidence_event(&support.exchange, EVENT_WAS_WORKER_SILENT, "SCEP");
	evidence->notes[0].written = evidence->notes[2].written = true;
	evidence->lines[EVIDENCE_LOG_EVENTS] = 2;
	evidence->lines[EVIDENCE_LOG_HTTPERR] = 1;
	evidence->lines[EVIDENCE_LOG_PLUGIN] = 3;
	support.exchange.http_sys_error = HTTP_SYS_ABANDONED;
	value = entry();
	found = json_object_get(value, "evidence");
	ck_assert_ptr_nonnull(found);
	text = json_dumps(found, JSON_COMPACT);
	ck_assert_str_eq(text,
		"[{\"log\":\"HTTPERR\",\"lines\":1,\"reason\":"
		"\"Connection_Abandoned_By_ReqQueue\"},"
		"{\"log\":\"eventlog\",\"lines\":2,\"events\":[1000,5011]},"
		"{\"log\":\"NDESPlugin.log\",\"lines\":3}]");
	free(text);
	json_decref(value);
	evidence_done(evidence);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("journal_entry");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, tells_of_a_plain_exchange);
	tcase_add_test(all, tells_the_stages);
	tcase_add_test(all, tells_of_an_enrolment);
	tcase_add_test(all, tells_why_it_was_refused);
	tcase_add_test(all, tells_of_a_pending_request);
	tcase_add_test(all, tells_of_a_broken_message);
	tcase_add_test(all, tells_of_an_unknown_recipient);
	tcase_add_test(all, tells_of_an_answer_of_http_sys);
	tcase_add_test(all, tells_of_a_win32_status);
	tcase_add_test(all, tells_that_there_was_no_answer);
	tcase_add_test(all, tells_that_the_http_library_answered);
	tcase_add_test(all, tells_where_the_evidence_is);
	tcase_add_test(all, cuts_long_text);
	tcase_add_test(all, survives_hostile_text);
	return run_suite(suite);
}
