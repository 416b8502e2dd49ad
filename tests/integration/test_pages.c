/*
 * What a browser or a probe gets: one row a request, on a deployment with these
 * settings, and what IIS writes of it.
 */
#include <check.h>
#include <string.h>

#include "tests/integration/deployment.h"
#include "tests/run_suite.h"

#define SCEP "/certsrv/mscep/mscep.dll"

/* A request that takes its long text twice, and how long that may be. */
#define TWICE_LONG "GET " SCEP "?operation=GetCACaps&message=%1$s HTTP/1.1\r\nX-Long: %1$s"
#define LONG_TEXT_MAX                                                                              \
	((81918 - (sizeof(TWICE_LONG "\r\nHost: test\r\n\r\n") - 1 - (2 * sizeof("%1$s") - 2))) / 2)

static const struct {
	const char *name;
	const char *settings[4];
	const char *request; /* without Host and the empty line; "%s" takes a long text */
	unsigned status;
	const char *header; /* a header that must be there: "Server: Microsoft-IIS/10.0" */
	const char *body;   /* a text that the body must hold */
	const char *log;    /* a text that the W3C line must hold; NULL: there is no line */
	size_t long_text;   /* how many bytes "%s" takes */
} rows[] = {
	{"browsed with the policy module", {NULL}, "GET " SCEP " HTTP/1.1", 403,
		"Server: Microsoft-IIS/10.0", "403 - Forbidden: Access is denied.",
		"GET " SCEP " - ", 0},
	{"browsed in the folder", {NULL}, "GET /certsrv/mscep/ HTTP/1.1", 403, NULL, "Forbidden",
		" 403 0 0 ", 0},
	{"browsed without the policy module", {"policy_module=none"}, "GET " SCEP " HTTP/1.1", 200,
		"Content-Type: text/html", NULL, " 200 0 0 ", 0},
	{"in other case", {NULL}, "GET /CERTSRV/MSCEP/MSCEP.DLL HTTP/1.1", 403, NULL, NULL,
		" 403 0 0 ", 0},
	{"with escapes in the path", {NULL}, "GET /certsrv/%%6dscep/mscep%%2Edll HTTP/1.1", 403,
		NULL, NULL, " 403 0 0 ", 0},
	{"another folder", {NULL}, "GET /certsrv/ HTTP/1.1", 404, NULL,
		"404 - File or directory not found.", " 404 0 2 ", 0},
	{"another file", {NULL}, "GET /certsrv/mscep/other.dll HTTP/1.1", 404, NULL, NULL,
		" 404 0 2 ", 0},
	{"the folder without its slash", {NULL}, "GET /certsrv/mscep_admin HTTP/1.1", 301,
		"Location: http://test/certsrv/mscep_admin/", NULL, "/certsrv/mscep_admin - ", 0},
	{"GetCACaps", {NULL}, "GET " SCEP "?operation=GetCACaps&message=default HTTP/1.1", 200,
		"Content-Length: 56",
		"POSTPKIOperation\r\nRenewal\r\nSHA-512\r\nSHA-256\r\nSHA-1\r\nDES3",
		"operation=GetCACaps&message=default ", 0},
	{"GetCACaps as PATH_INFO without message", {NULL},
		"GET " SCEP "/pkiclient.exe?operation=GetCACaps HTTP/1.1", 200,
		"Content-Type: text/plain", "POSTPKIOperation",
		"/pkiclient.exe operation=GetCACaps ", 0},
	{"GetCACaps with two question marks", {NULL}, "GET " SCEP "??operation=GetCACaps HTTP/1.1",
		200, NULL, "POSTPKIOperation", " 200 0 0 ", 0},
	{"GetCACaps behind other parameters", {NULL},
		"GET " SCEP "?message=x&a=b&operation=GetCACaps&c HTTP/1.1", 200, NULL,
		"POSTPKIOperation", " 200 0 0 ", 0},
	{"GetCACaps with other algorithms", {"ca_capabilities_algorithms=SHA-512,SHA-256,AES"},
		"GET " SCEP "?operation=GetCACaps HTTP/1.1", 200, NULL,
		"POSTPKIOperation\r\nRenewal\r\nSHA-512\r\nSHA-256\r\nAES", " 200 0 0 ", 0},
	{"GetCACaps of a 2008", {"server_version=2008"},
		"GET " SCEP "?operation=GetCACaps HTTP/1.1", 200, "Content-Length: 0", "",
		" 200 0 0 ", 0},
	{"GetCACert", {NULL}, "GET " SCEP "?operation=GetCACert&message=SCEP%%20Authority HTTP/1.1",
		200, "Content-Type: application/x-x509-ca-ra-cert", NULL,
		"operation=GetCACert&message=SCEP%20Authority ", 0},
	{"GetCACert of HTTP/1.0", {NULL}, "GET " SCEP "?operation=GetCACert HTTP/1.0", 200,
		"Connection: close", NULL, " 200 0 0 ", 0},
	{"GetNextCACert that there is none", {NULL},
		"GET " SCEP "?operation=GetNextCACert HTTP/1.1", 403, NULL, NULL, " 403 0 0 ", 0},
	{"GetNextCACert", {"next_ca=configured"}, "GET " SCEP "?operation=GetNextCACert HTTP/1.1",
		200, "Content-Type: application/x-x509-next-ca-cert", NULL, " 200 0 0 ", 0},
	{"an unknown operation", {NULL}, "GET " SCEP "?operation=Enrol HTTP/1.1", 403, NULL, NULL,
		" 403 0 0 ", 0},
	{"an unknown operation by setting", {"unknown_operation=404"},
		"GET " SCEP "?operation=Enrol HTTP/1.1", 404, NULL, NULL, " 404 0 0 ", 0},
	{"an unknown method", {NULL}, "DELETE " SCEP " HTTP/1.1", 405, "Allow: GET, HEAD, POST",
		NULL, "DELETE " SCEP " - ", 0},
	{"the admin page", {NULL}, "GET /certsrv/mscep_admin/ HTTP/1.1", 200,
		"Content-Type: text/html", NULL, "/certsrv/mscep_admin/ - ", 0},
	{"the admin page wants a password", {"admin_authentication=basic"},
		"GET /certsrv/mscep_admin/ HTTP/1.1", 401, "WWW-Authenticate: Basic", NULL,
		" 401 2 5 ", 0},
	{"the admin page wants another password", {"admin_authentication=basic"},
		"GET /certsrv/mscep_admin/ HTTP/1.1\r\nAuthorization: Basic YTpi", 401,
		"WWW-Authenticate: Basic", NULL, " 401 1 2148074252 ", 0},
	{"a password with the right user",
		{"admin_authentication=basic", "admin_user=a", "admin_password=b"},
		"GET /certsrv/mscep_admin/ HTTP/1.1\r\nAuthorization: Basic YTpi", 200, NULL, NULL,
		"/certsrv/mscep_admin/ - ", 0},
	{"a detailed page", {"error_mode=detailed"}, "GET " SCEP " HTTP/1.1", 403, NULL,
		"HTTP Error 403.0 - Forbidden", " 403 0 0 ", 0},
	{"a query that request filtering lets through", {"max_query_string=2048"},
		"GET " SCEP "?operation=GetCACaps&message=%s HTTP/1.1", 200, NULL,
		"POSTPKIOperation", " 200 0 0 ", 2000},
	{"a query that it does not", {"max_query_string=2048"},
		"GET " SCEP "?operation=GetCACaps&message=%s HTTP/1.1", 404, NULL, NULL,
		" 404 15 0 ", 2048},
	{"a path that is too long", {"max_url=64"}, "GET /certsrv/mscep/mscep.dll/%s HTTP/1.1", 404,
		NULL, NULL, " 404 14 0 ", 64},
	{"a URL of 65,534 bytes", {NULL}, "GET " SCEP "?operation=GetCACaps&message=%s HTTP/1.1",
		200, NULL, "POSTPKIOperation", " 200 0 0 ",
		65534 - sizeof(SCEP "?operation=GetCACaps&message=") + 1},
	{"a URL of one byte more", {NULL}, "GET " SCEP "?operation=GetCACaps&message=%s HTTP/1.1",
		414, "Server: Microsoft-HTTPAPI/2.0",
		"HTTP Error 414. The request URL is too long.", NULL,
		65535 - sizeof(SCEP "?operation=GetCACaps&message=") + 1},
	{"MaxFieldLength of 8192", {"max_field_length=8192"},
		"GET " SCEP "?operation=PKIOperation&message=%s HTTP/1.1", 414, "Connection: close",
		"Request URL Too Long", NULL, 9000},
	{"MaxRequestBytes of 8192", {"max_request_bytes=8192"},
		"GET " SCEP "?operation=PKIOperation&message=%s HTTP/1.1", 400, NULL,
		"The size of the request headers is too long.", NULL, 9000},
	{"a line and headers of MaxRequestBytes", {NULL}, TWICE_LONG, 200, NULL, "POSTPKIOperation",
		" 200 0 0 ", LONG_TEXT_MAX},
	{"a line and headers of two bytes more", {NULL}, TWICE_LONG, 400,
		"Server: Microsoft-HTTPAPI/2.0", "The size of the request headers is too long.",
		NULL, LONG_TEXT_MAX + 1},
	{"a header field above MaxFieldLength", {"max_field_length=8192"},
		"GET " SCEP "?operation=GetCACaps HTTP/1.1\r\nX-Long: %s", 400,
		"Server: Microsoft-HTTPAPI/2.0", "A request header field is too long.", NULL, 9000},
	{"a segment of 261 bytes", {NULL}, "GET /certsrv/%s HTTP/1.1", 400, NULL,
		"The request URL is invalid.", NULL, 261},
	{"a bad escape in the path", {NULL}, "GET /certsrv/%%zz HTTP/1.1", 400, NULL,
		"The request URL is invalid.", NULL, 0},
	{"POST without a length", {NULL}, "POST " SCEP "?operation=PKIOperation HTTP/1.1", 411,
		NULL, "must be chunked or have a content length", NULL, 0},
	{"a transfer coding that nobody knows", {NULL},
		"POST " SCEP "?operation=PKIOperation HTTP/1.1\r\nTransfer-Encoding: gzip", 501,
		"Connection: close", "The request transfer encoding type is not supported.", NULL,
		0},
	{"a transfer coding where no body is expected", {NULL},
		"GET " SCEP "?operation=GetCACaps HTTP/1.1\r\nTransfer-Encoding: gzip, chunked",
		501, "Server: Microsoft-HTTPAPI/2.0", "HTTP Error 501.", NULL, 0},
	{"a body that is too long", {"max_allowed_content_length=10"},
		"POST " SCEP
		"?operation=PKIOperation HTTP/1.1\r\nContent-Length: 11\r\nExpect: 100-continue",
		413, NULL, NULL, " 413 1 0 ", 0},
	{"a body that is too long, and never comes", {"max_allowed_content_length=10"},
		"POST " SCEP "?operation=PKIOperation HTTP/1.1\r\nContent-Length: 11", 413,
		"Connection: close", NULL, " 413 1 0 ", 0},
	{"a message that is no base64", {NULL},
		"GET " SCEP "?operation=PKIOperation&message=* HTTP/1.1", 200, NULL, NULL,
		" 200 0 0 ", 0},
	{"a message that is none", {"undecodable=500"},
		"GET " SCEP "?operation=PKIOperation&message=AAAA HTTP/1.1", 500, NULL,
		"500 - Internal server error.", " 500 0 0 ", 0},
	{"a file of CertEnroll that there is none", {NULL}, "GET /CertEnroll/none.crl HTTP/1.1",
		404, NULL, NULL, " 404 0 2 ", 0},
};

/* Fills the row's "%s" and adds what every request has. */
static void
send_row(struct raw_client *client, size_t row)
{
	BUFFER_CLEANUP struct buffer filler = {0};

	memset(buffer_append_space(&filler, rows[row].long_text), 'x', rows[row].long_text);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	ck_assert(raw_send_format(client, rows[row].request, buffer_text(&filler)));
#pragma GCC diagnostic pop
	ck_assert(raw_send(client, bytes_text("\r\nHost: test\r\n\r\n")));
}

static void
check_answer(struct raw_response *response, size_t row)
{
	const char *name = rows[row].name;

	ck_assert_msg(response->status == rows[row].status, "%s: status %u, expected %u", name,
		response->status, rows[row].status);
	if (rows[row].header)
		ck_assert_msg(strstr(buffer_text(&response->head), rows[row].header),
			"%s: no %s in\n%s", name, rows[row].header, buffer_text(&response->head));
	if (rows[row].body)
		ck_assert_msg(strstr(buffer_text(&response->body), rows[row].body),
			"%s: no %s in\n%s", name, rows[row].body, buffer_text(&response->body));
}

START_TEST(answers_as_iis)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0}, last = {0};
	BUFFER_CLEANUP struct buffer log = {0};
	struct deployment deployment;
	struct raw_client client;

	deployment_start(&deployment, rows[_i].settings);
	client = raw_connect("127.0.0.1", deployment.port);
	send_row(&client, (size_t)_i);
	ck_assert_msg(raw_read(&response, &client), "%s: no answer", rows[_i].name);
	check_answer(&response, (size_t)_i);
	raw_close(&client);
	/* Another exchange behind it, so that a line that must not be there would be. */
	deployment_ask(&last, &deployment, "GET /last HTTP/1.1\r\nHost: test\r\n\r\n");
	deployment_read_log(&log, &deployment, "W3SVC1/", "GET /last ", 1);
	ck_assert_msg(rows[_i].log ? strstr(buffer_text(&log), rows[_i].log) != NULL
				   : strstr(buffer_text(&log), SCEP) == NULL,
		"%s: the log is\n%s", rows[_i].name, buffer_text(&log));
	deployment_stop(&deployment);
}
END_TEST

/* A chunk that cannot be read is refused by the HTTP library, before any stage sees the body; whether
 * or not one had an answer ready. */
static const struct {
	const char *path;
	const char *stages; /* of the journal */
} malformed[] = {
	{SCEP "?operation=PKIOperation",
		"[\"site\",\"connect\",\"proxy\",\"balancer\",\"http_sys\",\"iis\",\"send\"]"},
	{"/other",
		"[\"site\",\"connect\",\"proxy\",\"balancer\",\"http_sys\",\"iis\",\"policy_back\","
		"\"respond\","
		"\"send\"]"},
};

START_TEST(tells_that_the_http_library_answered)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0}, last = {0};
	BUFFER_CLEANUP struct buffer journal = {0}, log = {0};
	struct deployment deployment;

	deployment_start(&deployment, NULL);
	deployment_ask(&response, &deployment,
		"POST %s HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nabc",
		malformed[_i].path);
	ck_assert_uint_eq(response.status, 400);
	ck_assert_ptr_null(raw_header(&response, "Server").data);
	deployment_read_log(&journal, &deployment, "journal.jsonl",
		"\"response\":{\"from\":\"http_library\",\"status\":400},"
		"\"evidence\":[{\"log\":\"HTTPERR\",\"lines\":1,\"reason\":\"BadRequest\"}],"
		"\"words\":\"request body (RFC 9112 7.1): the HTTP library could not read it, and "
		"answered "
		"by itself;",
		1);
	ck_assert_ptr_nonnull(strstr(buffer_text(&journal), "\"end\":\"malformed\""));
	ck_assert_msg(strstr(buffer_text(&journal), malformed[_i].stages), "%s: the journal is\n%s",
		malformed[_i].path, buffer_text(&journal));
	ck_assert_ptr_null(strstr(buffer_text(&journal), "answered_by"));
	deployment_ask(&last, &deployment, "GET /last HTTP/1.1\r\nHost: test\r\n\r\n");
	deployment_read_log(&log, &deployment, "W3SVC1/", "GET /last ", 1);
	ck_assert_ptr_null(strstr(buffer_text(&log), "POST"));
	deployment_stop(&deployment);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pages");
	TCase *tests = tcase_create("pages");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, answers_as_iis, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(tests, tells_that_the_http_library_answered, 0,
		sizeof(malformed) / sizeof(malformed[0]));
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
