/* What the client makes of GetCACaps, GetCACert and the administrators' page, good and bad. */
#include <string.h>

#include "client/challenge.h"
#include "common/memory.h"
#include "common/scep.h"
#include "tests/run_suite.h"
#include "tests/unit/canned_server.h"
#include "tests/unit/client_support.h"
#include "tests/unit/x509_support.h"

#define OK(type) "HTTP/1.1 200 OK\r\nContent-Type: " type "\r\n\r\n"
#define CAPS     OK("text/plain") "POSTPKIOperation\r\nSHA-256\r\nDES3"

static struct deployment ndes;
static struct canned_server server;
static struct canned_answer answers[3];
static struct buffer ca_answer;
static struct arguments arguments;
static struct report report;
static struct session session;
static struct diag diag;
static char *url;

static void
set_up(void)
{
	const struct identity *people[] = {&ndes.signing, &ndes.encryption, &ndes.ca, &ndes.root};
	HTTP_REPLY_CLEANUP struct http_reply reply = {0};

	arguments = (struct arguments){0};
	session = (struct session){0};
	deployment_init(&ndes);
	support_ca_reply(&reply, people, ROWS(people));
	buffer_append_text(&ca_answer, OK("application/x-x509-ca-ra-cert"));
	buffer_append(&ca_answer, buffer_bytes(&reply.body));
	answers[0].bytes = bytes_text(CAPS);
	answers[1].bytes = buffer_bytes(&ca_answer);
	support_report(&report);
}

static void
tear_down(void)
{
	session_done(&session);
	report_done(&report);
	canned_server_done(&server);
	buffer_done(&ca_answer);
	deployment_done(&ndes);
	free(url);
}

/* Starts the server and a session whose clock stands at the tests' time. */
static void
start(void)
{
	canned_server_start(&server, answers, ROWS(answers));
	url = text_format("http://127.0.0.1:%u/mscep.dll", server.port);
	arguments.url = url;
	arguments.user_agent = "test";
	arguments.timeout_ms = 20000;
	ASSERT_DONE(session_init(&session, &arguments, &report, &diag), &diag);
	clock_freeze(&session.clock, support_now() * 1000);
}

static int
open_session(void)
{
	int outcome;

	start();
	outcome = session_open(&session, &diag);
	canned_server_stop(&server);
	return outcome;
}

static size_t
warnings(void)
{
	return json_array_size(json_object_get(report.object, "warnings"));
}

START_TEST(learns_who_the_server_is)
{
	arguments.message = "SCEP Authority";
	ASSERT_DONE(open_session(), &diag);
	ck_assert_uint_eq(session.capabilities,
		SCEP_CAP_POST_PKI_OPERATION | SCEP_CAP_SHA256 | SCEP_CAP_DES3);
	ck_assert(session.negotiation.post);
	ck_assert_str_eq(session.negotiation.cipher->name, "DES-EDE3-CBC");
	ck_assert_uint_eq(session.authority.count, 4);
	ck_assert_uint_eq(warnings(), 0);
	ck_assert(strstr(buffer_text(&server.requests[0]),
		"GET /mscep.dll?operation=GetCACaps&message=SCEP%20Authority HTTP/1.1"));
	ck_assert(strstr(buffer_text(&server.requests[1]),
		"GET /mscep.dll?operation=GetCACert&message=SCEP%20Authority HTTP/1.1"));
}
END_TEST

/* RFC 8894 3.5.2: all of this means that the server can do nothing of the list. */
static const char *const no_capabilities[] = {
	"",
	OK("text/plain"),
	"HTTP/1.1 404 Not Found\r\n\r\nSHA-256\r\nAES",
	"HTTP/1.1 500 Internal Server Error\r\n\r\nPOSTPKIOperation",
	OK("text/html") "<html>SHA-256</html>",
};

START_TEST(goes_on_without_capabilities)
{
	answers[0].bytes = bytes_text(no_capabilities[_i]);
	ASSERT_DONE(open_session(), &diag);
	ck_assert_uint_eq(session.capabilities, 0);
	ck_assert(!session.negotiation.post);
	ck_assert_str_eq(session.negotiation.digest->name, "SHA-1");
	ck_assert_str_eq(session.negotiation.cipher->name, "DES-EDE3-CBC");
	ck_assert(support_warned(&report, "GetCACaps") && support_warned(&report, "SHA-1") &&
		support_warned(&report, "triple DES"));
	ck_assert_uint_eq(warnings(), 3);
}
END_TEST

static const struct {
	const char *answer;
	const char *found;
} bad_certificates[] = {
	{"", "no answer"},
	{"HTTP/1.1 500 Internal Server Error\r\n\r\n", "HTTP 500"},
	{"HTTP/1.1 301 Moved\r\nLocation: /mscep.dll/\r\n\r\n", "points to /mscep.dll/"},
	{OK("text/html") "<html>", "text/html"},
	{OK("application/x-x509-ca-cert"), ""},
	{OK("application/x-x509-ca-ra-cert") "0", ""},
};

START_TEST(stops_without_certificates)
{
	answers[1].bytes = bytes_text(bad_certificates[_i].answer);
	ck_assert_msg(open_session() == REFUSED, "row %d was taken", _i);
	ck_assert_msg(diag.found[0] && strstr(diag.found, bad_certificates[_i].found), "row %d: %s",
		_i, diag.found);
}
END_TEST

START_TEST(stops_when_the_certificates_are_out_of_date)
{
	start();
	clock_advance(&session.clock, INT64_C(400) * 86400 * 1000);
	ck_assert_int_eq(session_open(&session, &diag), REFUSED);
	canned_server_stop(&server);
	ck_assert_msg(strstr(diag.clause, "4.1.2.5"), "%s: %s", diag.clause, diag.found);
}
END_TEST

START_TEST(stops_when_nobody_is_there)
{
	start();
	canned_server_stop(&server);
	ck_assert_int_eq(session_open(&session, &diag), REFUSED);
	ck_assert_msg(strstr(diag.found, "no answer from"), "%s", diag.found);
}
END_TEST

START_TEST(compares_the_fingerprint)
{
	arguments.has_fingerprint = true;
	arguments.fingerprint.digest = algorithm_digest_named("SHA-256");
	ASSERT_DONE(certificate_fingerprint(arguments.fingerprint.bytes, &ndes.ca.certificate,
			    arguments.fingerprint.digest, &diag),
		&diag);
	arguments.fingerprint.bytes[0] ^= (uint8_t)_i;
	ck_assert_int_eq(open_session(), _i ? REFUSED : DONE);
}
END_TEST

/* Appends an administrators' page with a password and the MD5 of the CA, changed by `flip`. */
static void
put_page(struct buffer *out, uint8_t flip)
{
	uint8_t md5[EVP_MAX_MD_SIZE];

	ASSERT_DONE(certificate_fingerprint(
			    md5, &ndes.ca.certificate, algorithm_digest_named("MD5"), &diag),
		&diag);
	md5[15] ^= flip;
	buffer_append_text(
		out, OK("text/html") "The thumbprint (hash value) for the CA certificate is: <B> ");
	buffer_append_hex(out, BYTES(md5, 16));
	buffer_append_text(
		out, " </B> The enrollment challenge password is: <B> 8CE317021F690069 </B>");
}

/* Opens a session and asks for the challenge. */
static int
get_challenge(char **out)
{
	int outcome;

	start();
	arguments.challenge_from = arguments.url;
	ASSERT_DONE(session_open(&session, &diag), &diag);
	outcome = challenge_get(out, &session, &diag);
	canned_server_stop(&server);
	return outcome;
}

START_TEST(fetches_a_challenge)
{
	BUFFER_CLEANUP struct buffer page = {0};
	CHALLENGE_CLEANUP char *challenge = NULL;
	TEXT_CLEANUP char *text = NULL;

	put_page(&page, 0);
	answers[2].bytes = buffer_bytes(&page);
	ASSERT_DONE(get_challenge(&challenge), &diag);
	ck_assert_str_eq(challenge, "8CE317021F690069");
	text = json_dumps(report.object, 0);
	ck_assert_msg(!strstr(text, challenge), "the report tells it: %s", text);
}
END_TEST

START_TEST(trusts_no_page_of_another_ca)
{
	BUFFER_CLEANUP struct buffer page = {0};
	CHALLENGE_CLEANUP char *challenge = NULL;

	put_page(&page, 1);
	answers[2].bytes = buffer_bytes(&page);
	ck_assert_int_eq(get_challenge(&challenge), REFUSED);
	ck_assert_ptr_null(challenge);
	ck_assert_msg(strstr(diag.found, "MD5"), "%s", diag.found);
}
END_TEST

static const struct {
	const char *answer;
	const char *found;
} bad_pages[] = {
	{"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n", "HTTP 401"},
	{OK("text/html") "The password cache is full.", "cache is full"},
	{OK("text/html") "You do not have sufficient permission to enroll with SCEP.",
		"may not enroll"},
	{"", "no answer"},
};

START_TEST(says_why_there_is_no_challenge)
{
	CHALLENGE_CLEANUP char *challenge = NULL;

	answers[2].bytes = bytes_text(bad_pages[_i].answer);
	ck_assert_int_eq(get_challenge(&challenge), REFUSED);
	ck_assert_msg(strstr(diag.found, bad_pages[_i].found), "row %d: %s", _i, diag.found);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client session");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, learns_who_the_server_is);
	tcase_add_loop_test(all, goes_on_without_capabilities, 0, ROWS(no_capabilities));
	tcase_add_loop_test(all, stops_without_certificates, 0, ROWS(bad_certificates));
	tcase_add_test(all, stops_when_the_certificates_are_out_of_date);
	tcase_add_test(all, stops_when_nobody_is_there);
	tcase_add_loop_test(all, compares_the_fingerprint, 0, 2);
	tcase_add_test(all, fetches_a_challenge);
	tcase_add_test(all, trusts_no_page_of_another_ca);
	tcase_add_loop_test(all, says_why_there_is_no_challenge, 0, ROWS(bad_pages));
	return run_suite(suite);
}
